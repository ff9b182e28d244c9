/**
 * What is told of packages and programs: where their operations may run, and what a step of them
 * would take.
 */
package propane.coreml.report;
