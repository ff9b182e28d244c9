package propane.coreml.write;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import propane.coreml.CoreMl;
import propane.coreml.ModelCard;
import propane.coreml.Packages;
import propane.coreml.SameGraph;
import propane.samples.OpSample;
import propane.samples.OpSamples;
import propane.spi.Program;
import propane.spi.op.Op;
import propane.spi.op.OpSchema;
import propane.spi.op.RandomNumbers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Every op as Core ML: the samples of one op are the functions of one package, which is read back
 * and left for coremltools.
 */
class OpRoundTripTest {
    static Stream<Map.Entry<String, List<OpSample.Made>>> ops() {
        var byName = new TreeMap<String, List<OpSample.Made>>();
        OpSamples.made()
                .filter(made -> Packages.fits(made.results()))
                .filter(made -> Packages.fits(made.operation().operands()))
                .forEach(made ->
                        byName.computeIfAbsent(name(made), _ -> new ArrayList<>()).add(made));
        assertThat(byName).hasSameSizeAs(OpSamples.kinds());
        return byName.entrySet().stream();
    }

    private static String name(OpSample.Made made) {
        Class<? extends Op> type = made.operation().op().getClass();
        return OpSchema.of(type).name();
    }

    @ParameterizedTest
    @MethodSource("ops")
    void readsBackWhatItWrites(Map.Entry<String, List<OpSample.Made>> op) {
        var functions = new ArrayList<Program.Function>();
        // Random numbers of one path are one port in all functions: of those, one function.
        boolean random = op.getValue().getFirst().operation().op() instanceof RandomNumbers;
        for (OpSample.Made made : random ? op.getValue().subList(0, 1) : op.getValue()) {
            functions.add(Packages.function("sample_" + functions.size(), made.results()));
        }
        var program = new Program(functions);
        Path path = Packages.left("op_" + op.getKey());
        ProgramPackage.write(program, path, ModelCard.BLANK);
        SameGraph.require(CoreMl.read(path), ProgramPackage.lower(program));
    }
}
