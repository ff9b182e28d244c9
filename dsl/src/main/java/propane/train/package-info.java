/**
 * Training: a {@link propane.train.Training} says what is trained and how, a {@link
 * propane.train.Trainer} holds the compiled program and its weights.
 */
package propane.train;
