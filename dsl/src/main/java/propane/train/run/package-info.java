/** A compiled training that runs: programs over one state, batches, the loop, checkpoints. */
package propane.train.run;
