/** The functions that a training becomes: a step, traced for a size of batch, and cuts of it. */
package propane.train.trace;
