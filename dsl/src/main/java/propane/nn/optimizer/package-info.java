/**
 * Optimizers, which {@link propane.nn.optimizer.Optimizers} makes, and the parts that they are
 * chains of, which {@link propane.nn.optimizer.GradientTransforms} makes. A part of your own is a
 * function of an update, {@link propane.nn.optimizer.GradientTransform}.
 */
package propane.nn.optimizer;
