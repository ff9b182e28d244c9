/**
 * Core ML packages: what can be done with one of anybody's, and the card that says what one is.
 * What is told of packages is in {@code propane.coreml.report}.
 */
package propane.coreml;
