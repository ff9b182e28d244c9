/** Numbers and texts of files that anybody may have written: bounded before they are used. */
package propane.reading;
