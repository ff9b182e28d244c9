/** A step, traced for a size of batch, and the functions that a training becomes: cuts of it. */
package propane.train.trace;
