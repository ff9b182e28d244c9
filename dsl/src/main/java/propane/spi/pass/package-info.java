/**
 * Passes: each makes of a program another one that computes the same. They know tensors and ops,
 * nothing of devices.
 */
package propane.spi.pass;
