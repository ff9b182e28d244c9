/**
 * Programs that coremltools makes, read and run against what they must give; {@code .ci/foreign}
 * starts them.
 */
package propane.foreign;
