/**
 * Weights and whole training states in files: safetensors, written so that nothing saved is lost.
 */
package propane.checkpoint;
