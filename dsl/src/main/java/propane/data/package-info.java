/**
 * Data sets: examples in memory, their order, their parts, their batches. A {@link
 * propane.data.Dataset} has named inputs and targets; training shuffles it in each epoch unless
 * told otherwise.
 */
package propane.data;
