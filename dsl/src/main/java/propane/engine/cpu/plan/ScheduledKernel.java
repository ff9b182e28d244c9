package propane.engine.cpu.plan;

import propane.spi.cpu.KernelMatch;

/**
 * A unit and who computes it.
 *
 * @param unit what is computed
 * @param offer what its provider offered
 * @param provider the provider's name
 * @param reason why no faster provider, or empty
 */
record ScheduledKernel(Fused unit, KernelMatch.Taken offer, String provider, String reason) {}
