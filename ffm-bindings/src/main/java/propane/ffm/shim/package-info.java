/**
 * Core ML through the Swift shim: {@link propane.ffm.shim.Shim} finds and loads the library, {@link
 * propane.ffm.shim.ShimModel} is a loaded model. The contract is {@code propane_shim.h}.
 */
package propane.ffm.shim;
