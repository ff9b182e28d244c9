package propane.coreml;

import com.google.protobuf.CodedOutputStream;

import propane.coreml.proto.Model;
import propane.tensor.Program;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the files of a package. */
final class PackageWriter {
    private PackageWriter() {}

    /** Writes a program into an empty folder. */
    static void write(
            Program program,
            HeldWeights held,
            PackagePorts ports,
            ModelCard card,
            PackageForm form,
            Path folder)
            throws IOException {
        Path inner = folder.resolve(MlPackage.DATA).resolve(Manifest.AUTHOR);
        Path weights = Files.createDirectories(inner.resolve(Manifest.WEIGHTS));
        Path file = weights.resolve("weight.bin");
        boolean hasWeights;
        try (var writer = new WeightFileWriter(file)) {
            Model model = ModelWriter.write(program, ports, card, new Constants(writer, held));
            writer.finish();
            hasWeights = writer.count() > 0;
            write(form.of(model, ports), inner.resolve(Manifest.MODEL));
        }
        if (!hasWeights) {
            Files.delete(file);
            Files.delete(weights);
        }
        Files.writeString(folder.resolve(MlPackage.MANIFEST), Manifest.of(hasWeights).text());
    }

    private static void write(Model model, Path file) throws IOException {
        try (var out = new BufferedOutputStream(Files.newOutputStream(file))) {
            var coded = CodedOutputStream.newInstance(out);
            // Entries of maps by their keys: the same model is the same bytes.
            coded.useDeterministicSerialization();
            model.writeTo(coded);
            coded.flush();
        }
    }
}
