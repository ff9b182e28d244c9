/**
 * The ops: sealed families of records, each of which knows its operands, its type rule, its
 * gradient and its plain evaluation. {@link propane.tensor.Tensor} makes them; engines and
 * exporters match on them. Tensors and ops know each other: they are one thing in two packages, so
 * that users meet the tensors alone.
 */
package propane.spi.op;
