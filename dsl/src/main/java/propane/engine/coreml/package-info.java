/** The engine that runs programs on Apple's Neural Engine, through Core ML and the Swift shim. */
package propane.engine.coreml;
