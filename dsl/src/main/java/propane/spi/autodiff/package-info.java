/** Automatic differentiation over tensors and ports; knows nothing of layers. */
package propane.spi.autodiff;
