/**
 * Looks at the machine: what is there, and, where Core ML can be reached, how it answers questions
 * that nobody could answer without asking it. Each question is a small record with a program and a
 * judgement and is asked in a process of its own, since Core ML may end it.
 */
package propane.doctor;
