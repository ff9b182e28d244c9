/**
 * Training loops in Java, compiled to one Core ML program and run on the Neural Engine or the CPU.
 */
// The command line is a module behind this one, which the compiler does not see from here.
@SuppressWarnings("module")
module propane {
    requires com.google.protobuf;
    requires propane.ffm;
    requires de.siegmar.fastcsv;
    requires jdk.incubator.vector;
    requires jdk.management;

    exports propane.checkpoint;
    exports propane.coreml;
    exports propane.coreml.report;
    exports propane.data;
    exports propane.doctor to
            propane.cli;
    exports propane.engine;
    exports propane.json to
            propane.cli;
    exports propane.nn;
    exports propane.nn.layer;
    exports propane.nn.loss;
    exports propane.nn.metric;
    exports propane.nn.optimizer;
    exports propane.nn.schedule;
    exports propane.plan to
            propane.cli;
    exports propane.safetensors to
            propane.cli;
    exports propane.spi;
    exports propane.spi.autodiff;
    exports propane.spi.cpu;
    exports propane.spi.op;
    exports propane.spi.pass;
    exports propane.tensor;
    exports propane.train;
    exports propane.train.option;
    exports propane.train.result;
    exports propane.train.step;

    uses propane.engine.Engine;
    uses propane.spi.Exporter;
    uses propane.spi.Importer;
    uses propane.spi.cpu.KernelProvider;

    provides propane.engine.Engine with
            propane.engine.cpu.CpuEngine,
            propane.engine.coreml.CoreMlEngine;
    provides propane.spi.Exporter with
            propane.train.export.CoreMlExporter;
    provides propane.spi.Importer with
            propane.coreml.read.CoreMlImporter;
}
