/** Writes programs as packages, in forms that Core ML has. */
package propane.coreml.write;
