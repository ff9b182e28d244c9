/**
 * Layers: dense and recurrent ones, convolutions, pooling, norms, attention and what composes them;
 * {@link propane.nn.layer.Layers} makes all of them. They are records over {@link
 * propane.nn.Layer}, written in nothing but tensor operations.
 */
package propane.nn.layer;
