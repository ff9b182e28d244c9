/** Core ML's reader as one importer among others. */
package propane.coreml.service;
