/**
 * The embedded engine that runs programs on the processor. A function becomes a flat list of
 * prepared kernels over memory that is planned when it is compiled; running it is a loop over the
 * list. Kernels come from providers, the fastest that takes an op first.
 */
package propane.engine.cpu;
