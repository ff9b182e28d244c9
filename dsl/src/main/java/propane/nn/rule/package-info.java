/**
 * What the packages of models share and users do not meet: names in paths, the rules of labels and
 * targets, forms of schedules, the counters of a training.
 */
package propane.nn.rule;
