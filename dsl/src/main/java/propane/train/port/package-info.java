/**
 * What a step and who runs it agree on: the ports of its state beside weights, and results that no
 * metric is asked for.
 */
package propane.train.port;
