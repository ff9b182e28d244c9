/**
 * Schedules of learning rates and other settings, which {@link propane.nn.schedule.Schedules}
 * makes. One of your own is a function of the step, {@link propane.nn.schedule.Schedule}.
 */
package propane.nn.schedule;
