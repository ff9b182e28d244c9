/**
 * Random trainings, run here and described for a second opinion; {@code .ci/differential} starts
 * them and computes the same with PyTorch in float64.
 */
package propane.differential;
