/** Texts for people, laid out. */
package propane.text;
