/**
 * Tensors, arrays and errors: what everything else is made of. A {@link propane.tensor.Tensor} is
 * symbolic, an {@link propane.tensor.NDArray} is concrete; every error of Propane's own is a {@link
 * propane.tensor.PropaneException}. What a tensor is the result of, its op, is in {@link
 * propane.spi.op}.
 */
package propane.tensor;
