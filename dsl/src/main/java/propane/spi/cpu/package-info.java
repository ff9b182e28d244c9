/**
 * Kernels of others for the CPU engine: for an op of one's own, or a faster one for an op of
 * Propane's.
 */
package propane.spi.cpu;
