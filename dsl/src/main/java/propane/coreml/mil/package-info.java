/**
 * A MIL program as it can be looked at without running it: its functions, calls and values, whether
 * or not Propane has the operations.
 */
package propane.coreml.mil;
