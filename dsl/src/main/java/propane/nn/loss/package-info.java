/**
 * Losses, which {@link propane.nn.loss.Losses} makes. A loss of your own is a function of a
 * prediction and a target, {@link propane.nn.loss.Loss}.
 */
package propane.nn.loss;
