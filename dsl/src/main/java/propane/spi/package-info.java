/**
 * What someone needs who writes an engine, an exporter, an importer or a data source. A {@link
 * propane.spi.Program} is functions over named ports, each a graph of the ops in {@link
 * propane.spi.op}; it can be printed, verified and run by the plain {@link
 * propane.spi.Interpreter}, to which everything faster is held. Users of layers and trainings need
 * nothing of this.
 */
package propane.spi;
