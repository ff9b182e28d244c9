/**
 * Where trainings tell that they are about to be compiled, before that takes memory or time: the
 * door through which the command line asks for estimates of a program's trainings.
 */
package propane.plan;
