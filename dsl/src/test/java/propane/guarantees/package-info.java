/** What {@code docs/guarantees.md} promises, and that each sentence of it is held by a test. */
package propane.guarantees;
