/** Tells of a package: its contents as text, the lint of it, the estimate of it. */
package propane.coreml.show;
