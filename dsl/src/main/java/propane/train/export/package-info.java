/** What is written for others to run: a model that predicts, and the training itself. */
package propane.train.export;
