/** Safetensors files: named arrays and texts about them, read within bounds and written whole. */
package propane.safetensors;
