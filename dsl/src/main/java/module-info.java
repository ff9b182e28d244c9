/** Training loops in Java, compiled to one Core ML program. */
module propane {
    requires propane.ffm;
    requires jdk.incubator.vector;

    exports propane.tensor;
}
