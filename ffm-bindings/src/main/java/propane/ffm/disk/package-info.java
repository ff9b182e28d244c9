/**
 * Files and folders that are written whole or not at all, through one small door by which a test
 * can cut the writing off anywhere.
 */
package propane.ffm.disk;
