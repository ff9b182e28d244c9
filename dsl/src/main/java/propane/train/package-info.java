/**
 * Training: a {@link propane.train.Training} says what is trained and how, a {@link
 * propane.train.Trainer} holds the compiled program and its weights. The options of its {@code
 * fit}, {@link propane.train.option.Option}, say how long it goes on, what is measured, watched and
 * saved; where a run stands and what it has learnt of itself lies in its checkpoint.
 */
package propane.train;
