/**
 * What the CPU engine settles before there is memory: which operations are computed together, in
 * which order, and where every value lives; and what a provider of kernels is asked.
 */
package propane.engine.cpu.plan;
