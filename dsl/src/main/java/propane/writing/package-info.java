/** Files and packages that are written whole or not at all. */
package propane.writing;
