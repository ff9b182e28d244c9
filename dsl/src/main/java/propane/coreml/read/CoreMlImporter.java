package propane.coreml.read;

import propane.spi.ImportedModel;
import propane.spi.Importer;
import propane.tensor.Shape;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * ML Programs, as packages or models by themselves; constants that could be trained are ports that
 * are called as in the file.
 */
public final class CoreMlImporter implements Importer {
    /** Makes the importer. */
    public CoreMlImporter() {}

    @Override
    public String name() {
        return "Core ML";
    }

    @Override
    public List<String> suffixes() {
        return List.of(".mlpackage", ".mlmodel");
    }

    @Override
    public ImportedModel read(Path path) {
        return read(path, Map.of());
    }

    @Override
    public ImportedModel read(Path path, Map<String, Shape> shapes) {
        return PackageReader.model(path, shapes);
    }
}
