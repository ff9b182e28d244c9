/**
 * Attacks on everything that Propane reads, writes and runs; {@code .ci/attack} starts them. Each
 * runs in processes of its own, so that one that dies is an outcome like another.
 */
package propane.attack;
