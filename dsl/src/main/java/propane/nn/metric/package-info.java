/**
 * Metrics, which {@link propane.nn.metric.Metrics} makes: what is measured beside the loss, over
 * all that counts in a dataset however it is split into batches. One of your own is a {@link
 * propane.nn.metric.Metric}.
 */
package propane.nn.metric;
