/** JSON values: a strict, bounded reader and a writer whose text depends on the values alone. */
package propane.json;
