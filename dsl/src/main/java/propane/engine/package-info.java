/**
 * What runs programs: an {@link propane.engine.Engine} compiles a program over the storage of its
 * ports, its {@link propane.spi.Bindings}. Engines are found as services.
 */
package propane.engine;
