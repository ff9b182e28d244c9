package propane.foreign;

import propane.coreml.CoreMl;
import propane.engine.Engine;
import propane.json.JsonField;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.tensor.TensorType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads programs that others wrote and runs them on the interpreter and on the CPU engine, against
 * what each must give, as {@code case.json} beside it tells.
 */
final class Foreign {
    private final Map<String, Integer> counts = new TreeMap<>();

    private Foreign() {}

    /** Takes the folder of the programs; ends with 1 if one is wrong or refused unawares. */
    public static void main(String[] arguments) throws IOException {
        var all = new Foreign();
        try (var folders = Files.list(Path.of(arguments[0]))) {
            for (Path folder : folders.sorted().toList()) {
                if (Files.exists(folder.resolve("case.json"))) {
                    all.judge(folder);
                }
            }
        }
        System.out.println(all.counts);
        boolean isGood = all.counts.keySet().stream().allMatch(List.of("right", "named")::contains);
        System.exit(isGood && !all.counts.isEmpty() ? 0 : 1);
    }

    private void judge(Path folder) {
        JsonField told = JsonField.read(folder.resolve("case.json"), 1L << 26);
        String refused = told.at("refused").string();
        String verdict;
        String why = "";
        try {
            why = difference(folder.resolve("case.mlpackage"), told);
            verdict = why.isEmpty() && refused.isEmpty() ? "right" : "WRONG";
        } catch (PropaneException e) {
            why = e.getMessage();
            verdict = !refused.isEmpty() && why.contains(refused) ? "named" : "REFUSED";
        } catch (RuntimeException | AssertionError e) {
            why = e + " " + Arrays.stream(e.getStackTrace()).limit(4).toList();
            verdict = "BROKEN";
        }
        counts.merge(verdict, 1, Integer::sum);
        if (!verdict.equals("right") && !verdict.equals("named")) {
            String name = told.at("name").string() + ", iOS " + told.at("target").whole();
            System.out.println(verdict + "  " + name + " (" + folder.getFileName() + "): " + why);
        }
    }

    private static String difference(Path mlpackage, JsonField told) {
        Program program = CoreMl.read(mlpackage);
        var function = program.functions().getFirst();
        var inputs = new LinkedHashMap<String, NDArray>();
        for (var port : function.inputs()) {
            inputs.put(port.name(), array(told.at("inputs").at(port.name()), port.type()));
        }
        String interpreted =
                difference("interpreter", function, Interpreter.run(function, inputs), told);
        if (!interpreted.isEmpty()) {
            return interpreted;
        }
        var frame = Engine.cpu().allocate(program);
        var compiled = Engine.cpu().compile(program, frame);
        inputs.forEach(frame::write);
        compiled.run(function.name());
        var results = new LinkedHashMap<String, NDArray>();
        for (var output : function.outputs()) {
            results.put(output.port().name(), frame.read(output.port().name()));
        }
        return difference("engine", function, results, told);
    }

    private static NDArray array(JsonField told, TensorType type) {
        double[] values =
                told.at("values").items().stream().mapToDouble(JsonField::number).toArray();
        return NDArray.of(values, type);
    }

    private static String difference(
            String what, Program.Function function, Map<String, NDArray> results, JsonField told) {
        double tolerance = told.at("tolerance").number();
        List<JsonField> outputs = told.at("outputs").items();
        var wrong = new ArrayList<String>();
        for (int i = 0; i < outputs.size(); i++) {
            NDArray result = results.get(function.outputs().get(i).port().name());
            double[] right =
                    outputs.get(i).at("values").items().stream()
                            .mapToDouble(JsonField::number)
                            .toArray();
            double[] got = result.doubles();
            double largest = Arrays.stream(right).map(Math::abs).max().orElse(0);
            double bound = result.dtype() == DType.INT32 ? 0 : tolerance * Math.max(1, largest);
            boolean same = got.length == right.length;
            for (int k = 0; same && k < got.length; k++) {
                same = Math.abs(got[k] - right[k]) <= bound;
            }
            if (!same) {
                wrong.add(
                        what + ", output " + i + " is " + shown(got) + ", must be " + shown(right));
            }
        }
        return String.join("; ", wrong);
    }

    private static String shown(double[] all) {
        return Arrays.toString(Arrays.copyOf(all, Math.min(12, all.length)));
    }
}
