/** Data sets: examples in memory, their order, their batches. */
package propane.data;
