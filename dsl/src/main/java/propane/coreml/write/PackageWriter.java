package propane.coreml.write;

import com.google.protobuf.CodedOutputStream;

import propane.coreml.ModelCard;
import propane.coreml.format.Manifest;
import propane.coreml.format.MlPackage;
import propane.coreml.format.PackagePorts;
import propane.coreml.format.WeightFileWriter;
import propane.coreml.proto.Model;
import propane.ffm.disk.Disk;
import propane.ffm.disk.WholeFile;
import propane.spi.Program;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/** Writes the files of a package. */
final class PackageWriter {
    private PackageWriter() {}

    /** Writes a program into an empty folder. */
    static void write(
            Program program,
            HeldWeights held,
            PackagePorts ports,
            ModelCard card,
            UnaryOperator<Model> form,
            Path folder)
            throws IOException {
        Path inner = folder.resolve(MlPackage.DATA).resolve(Manifest.AUTHOR);
        Path weights = inner.resolve(Manifest.WEIGHTS);
        Disk disk = Disk.used();
        for (Path each : List.of(folder.resolve(MlPackage.DATA), inner, weights)) {
            disk.folder(each);
        }
        Path file = weights.resolve("weight.bin");
        boolean hasWeights;
        try (var writer = new WeightFileWriter(disk.create(file))) {
            Model model = ModelWriter.write(program, ports, card, new MilConstants(writer, held));
            writer.finish();
            hasWeights = writer.count() > 0;
            write(form.apply(model), inner.resolve(Manifest.MODEL));
        }
        if (!hasWeights) {
            disk.delete(file);
            disk.delete(weights);
        }
        byte[] manifest = Manifest.of(hasWeights).text().getBytes(StandardCharsets.UTF_8);
        try (var out = disk.create(folder.resolve(MlPackage.MANIFEST))) {
            out.write(manifest, manifest.length, 0);
        }
    }

    private static void write(Model model, Path file) throws IOException {
        try (var opened = Disk.used().create(file);
                var out = WholeFile.stream(opened)) {
            var coded = CodedOutputStream.newInstance(out);
            // Entries of maps by their keys: the same model is the same bytes.
            coded.useDeterministicSerialization();
            model.writeTo(coded);
            coded.flush();
        }
    }
}
