/**
 * Tensors, ops and programs: what everything else is made of. A {@link propane.tensor.Tensor} is
 * symbolic, an {@link propane.tensor.NDArray} is concrete; an {@link propane.tensor.Op} is a record
 * that knows its type rule, its gradient and its plain evaluation; a {@link propane.tensor.Program}
 * is functions over named ports.
 */
package propane.tensor;
