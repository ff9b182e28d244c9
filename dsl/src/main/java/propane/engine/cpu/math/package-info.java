/** Arithmetic of the CPU engine: single elements, vectors of them, and the functions of both. */
package propane.engine.cpu.math;
