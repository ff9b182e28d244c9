/**
 * What a step of one's own is written in: {@link propane.train.step.Step} is traced with a {@link
 * propane.train.step.TracedModel} and {@link propane.train.step.Examples}, takes {@link
 * propane.train.step.Gradients}, and gives a {@link propane.train.step.StepOutputs}.
 */
package propane.train.step;
