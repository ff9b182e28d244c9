/** Commands that others add to {@code propane}. */
package propane.cli.spi;
