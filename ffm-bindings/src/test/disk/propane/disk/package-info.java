/** A disk that fails, or loses power, wherever a test wants it to. */
package propane.disk;
