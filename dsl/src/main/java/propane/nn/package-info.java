/**
 * Models as values: layers, losses, optimizers, schedules and metrics. All of them are made of the
 * public tensor operations, so that a user's own go through the same door.
 */
package propane.nn;
