/**
 * Elementwise loops of the CPU engine, whose classes are written at run time: a body is told once
 * and written as text, over vectors and over single elements.
 */
package propane.engine.cpu.loop;
