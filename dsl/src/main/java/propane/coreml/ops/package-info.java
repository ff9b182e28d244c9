/** The operations that MIL has, with their parameters and what those are when left out. */
package propane.coreml.ops;
