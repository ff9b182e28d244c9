/**
 * Core ML's formats: ML Program packages, written from programs and read back into them. Nothing
 * outside this room knows their protobuf messages.
 */
package propane.coreml;
