package propane.attack;

import java.nio.file.Files;
import java.nio.file.Path;

/** Attacks kinds of files with changed inputs: {@code KIND,… INPUTS SEED FOLDER}. */
final class Fuzz {
    private Fuzz() {}

    /** Returns a kind that works in a folder. */
    private static Fuzzed kind(String name, Path folder) throws Exception {
        return switch (name) {
            case "safetensors" -> new TensorKinds.Tensors(folder.resolve("x.safetensors"));
            case "pt" -> new ArchiveKinds(folder.resolve("x.pt"), "views.pt", "data.pkl");
            case "npz" -> new ArchiveKinds(folder.resolve("x.npz"), "arrays.npz", ".npy");
            case "checkpoint" -> new TensorKinds.Checkpoints(folder.resolve("run.ckpt"));
            case "csv" -> new DataKinds.Table(folder.resolve("table.csv"));
            case "idx" -> new DataKinds.Images(folder.resolve("idx"), false);
            case "idx.gz" -> new DataKinds.Images(folder.resolve("packed"), true);
            case "json" -> new JsonKinds(folder.resolve("x.json"), JsonKinds.What.JSON);
            case "devices.json" ->
                    new JsonKinds(folder.resolve("devices.json"), JsonKinds.What.DEVICES);
            case "doctor.json" ->
                    new JsonKinds(folder.resolve("doctor.json"), JsonKinds.What.DOCTOR);
            case "jsh" -> new ScriptKinds(folder.resolve("script.jsh"));
            case "java" -> new ScriptKinds(folder.resolve("Program.java"));
            default -> new PackageKinds(part(name), folder.resolve("X.mlpackage"));
        };
    }

    private static PackageKinds.Part part(String name) {
        for (PackageKinds.Part part : PackageKinds.Part.values()) {
            if (part.kind().equals(name)) {
                return part;
            }
        }
        throw new IllegalArgumentException("there is no kind " + name);
    }

    public static void main(String[] arguments) throws Exception {
        Path found = Files.createDirectories(Path.of(arguments[3], "found"));
        boolean isGood = true;
        for (String name : arguments[0].split(",")) {
            Path folder =
                    Files.createDirectories(
                            Path.of(arguments[3], "inputs", name.replace(' ', '-')));
            var fuzzing = new Fuzzing(kind(name, folder), Long.parseLong(arguments[2]), found);
            isGood &= fuzzing.run(Integer.parseInt(arguments[1]));
        }
        System.exit(isGood ? 0 : 1);
    }
}
