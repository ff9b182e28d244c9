package propane.coreml.read;

import propane.spi.ImportedModel;
import propane.spi.Importer;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** ML Programs, as packages or models by themselves; their weights are constants. */
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
        return new ImportedModel(PackageReader.program(path), Map.of(), PackageReader.texts(path));
    }
}
