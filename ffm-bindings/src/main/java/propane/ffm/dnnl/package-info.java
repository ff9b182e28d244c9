/**
 * oneDNN's primitives over native memory: products, convolutions and pools with their gradients. A
 * {@link propane.ffm.dnnl.DnnlSession} makes them and frees them; {@link
 * propane.ffm.dnnl.DnnlPrimitive#execute} allocates nothing.
 */
package propane.ffm.dnnl;
