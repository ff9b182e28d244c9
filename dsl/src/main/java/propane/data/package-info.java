/**
 * Data sets: examples, their order, their parts, their batches. A {@link propane.data.Dataset} has
 * named inputs and targets, in memory or read from a {@link propane.data.DataSource}; training
 * shuffles it in each epoch unless told otherwise.
 */
package propane.data;
