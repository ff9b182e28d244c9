/**
 * What a program would take on each generation of devices, worked out from figures that others
 * published, or that the doctor measured here.
 */
package propane.coreml.estimate;
