/**
 * What a training tells: {@link propane.train.result.Results} and {@link
 * propane.train.result.History}, and {@link propane.train.result.Event events} while it runs.
 */
package propane.train.result;
