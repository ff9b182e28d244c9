/** Java bindings of the native libraries behind Propane. */
module propane.ffm {
    requires jdk.management;

    exports propane.ffm;
    exports propane.ffm.disk;
    exports propane.ffm.dnnl;
    exports propane.ffm.shim;
}
