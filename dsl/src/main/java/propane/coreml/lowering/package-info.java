/**
 * The form of a training program that the Neural Engine takes: a list of named passes, one rule a
 * file. {@link propane.coreml.lowering.NeuralEngineLowering} names them in order; all but the last
 * leave numbers as they are, so that each can be held against the program it was given, and the
 * last makes everything float16.
 */
package propane.coreml.lowering;
