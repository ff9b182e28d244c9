/** Kernels of the CPU engine written by hand. */
package propane.engine.cpu.kernel;
