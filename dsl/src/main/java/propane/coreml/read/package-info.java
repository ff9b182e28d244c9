/** Reads the programs of packages, as programs of Propane's or as views of anybody's operations. */
package propane.coreml.read;
