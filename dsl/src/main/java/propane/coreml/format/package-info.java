/**
 * The form of a Core ML package: its files, versions, names, types and ports, and what its user
 * metadata tell.
 */
package propane.coreml.format;
