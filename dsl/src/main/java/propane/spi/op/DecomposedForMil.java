package propane.spi.op;

/**
 * An op that MIL lacks, or of which Core ML takes few forms. Before a program is written for Core
 * ML it is replaced by its decomposition into ops that MIL has, or in further ones that it lacks.
 */
public interface DecomposedForMil extends Decomposable {}
