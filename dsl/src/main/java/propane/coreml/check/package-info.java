/** Checks of packages what Core ML's own tools leave unchecked. */
package propane.coreml.check;
