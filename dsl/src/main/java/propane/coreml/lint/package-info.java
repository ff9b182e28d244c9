/**
 * The placement lint: judges, without a Mac, which operations of a Core ML program may run on the
 * Neural Engine, and says why not. It knows what Apple documents and what others have measured;
 * where Core ML then really runs an operation is Core ML's choice.
 */
package propane.coreml.lint;
