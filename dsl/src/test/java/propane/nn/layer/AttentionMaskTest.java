package propane.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;

import static propane.nn.layer.Layers.crossAttention;
import static propane.nn.layer.Layers.selfAttention;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import propane.engine.Engine;
import propane.nn.Layer;
import propane.nn.Model;
import propane.nn.ModelTrace;
import propane.nn.Run;
import propane.spi.Bindings;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.autodiff.ReverseMode;
import propane.spi.op.AttentionProduct.ScaledDotProductAttention;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What attention does not see changes nothing: no value, and no gradient of anything else. */
class AttentionMaskTest {
    private static final int N = 2;
    private static final int LENGTH = 4;
    private static final int WIDTH = 6;

    /** The second element of the first sequence is not seen, and nothing of the second one. */
    private static final float[] KEYS = {1, 0, 1, 1, 0, 0, 0, 0};

    /** Attention over queries, keys and values. */
    interface Form {
        Tensor of(Tensor query, Tensor key, Tensor value, Tensor mask);
    }

    private static final Form LAYER =
            (q, k, v, mask) -> Attention.scaledDotProduct(q, k, v, mask.expandDims(1));

    private static final Form OP =
            (q, k, v, mask) ->
                    Tensor.of(
                            new ScaledDotProductAttention(
                                    q, k, v, List.of(mask.notEqual(0).expandDims(1)), List.of()));

    /** The same op with a mask that is added. */
    private static final Form ADDING =
            (q, k, v, mask) -> {
                Tensor zero = Tensor.zerosLike(mask);
                Tensor far = Tensor.fullLike(mask, Double.NEGATIVE_INFINITY);
                Tensor added = mask.notEqual(0).where(zero, far).cast(q.dtype()).expandDims(1);
                return Tensor.of(new ScaledDotProductAttention(q, k, v, List.of(added), List.of()));
            };

    private static final Form SPELLED =
            (q, k, v, mask) ->
                    ((ScaledDotProductAttention) OP.of(q, k, v, mask).op()).decompose().getFirst();

    static Stream<Object[]> formsAndContents() {
        return Stream.of(LAYER, OP, ADDING, SPELLED)
                .flatMap(form -> contents().mapToObj(each -> new Object[] {form, (float) each}));
    }

    static java.util.stream.DoubleStream contents() {
        return java.util.stream.DoubleStream.of(
                1e15, -1e15, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
    }

    private static Tensor port(String name, DType dtype, int... dims) {
        return new Port(name, Role.WEIGHT, new TensorType(dtype, Shape.shape(dims))).tensor();
    }

    /** Runs on the plain interpreter and on the processor, which must agree. */
    private static List<NDArray> run(List<Tensor> values, Map<String, NDArray> at) {
        var outputs = new ArrayList<Program.Output>();
        for (int i = 0; i < values.size(); i++) {
            outputs.add(Program.Output.result("y" + i, values.get(i)));
        }
        var program = Program.of(Program.Function.of("f", outputs));
        List<NDArray> plain = Interpreter.run(values, at);
        var found = new ArrayList<NDArray>();
        try (Bindings bindings = Engine.cpu().allocate(program);
                var compiled = Engine.cpu().compile(program, bindings)) {
            for (Port port : program.ports()) {
                if (at.containsKey(port.name())) {
                    bindings.write(port.name(), at.get(port.name()));
                }
            }
            compiled.run("f");
            for (int i = 0; i < values.size(); i++) {
                found.add(bindings.read("y" + i));
                double tolerance = plain.get(i).dtype() == DType.FLOAT16 ? 1e-2 : 1e-5;
                assertThat(found.get(i).doubles())
                        .usingComparatorWithPrecision(tolerance)
                        .containsExactly(plain.get(i).doubles());
            }
        }
        return found;
    }

    /** Returns keys or values with some content where they are masked. */
    private static NDArray filled(NDArray rows, float content) {
        double[] values = rows.doubles();
        for (int i = 0; i < values.length; i++) {
            values[i] = KEYS[i / WIDTH] == 0 ? content : values[i];
        }
        return NDArray.of(values, rows.type());
    }

    private static List<NDArray> attended(Form form, DType dtype, float content) {
        Tensor q = port("q", dtype, N, LENGTH, WIDTH);
        Tensor k = port("k", dtype, N, LENGTH, WIDTH);
        Tensor v = port("v", dtype, N, LENGTH, WIDTH);
        Tensor y = form.of(q, k, v, Tensor.constant(NDArray.of(KEYS, N, LENGTH)));
        var values = new ArrayList<>(List.of(y));
        Tensor weights = Tensor.constant(Run.normal(9, N, LENGTH, WIDTH)).cast(dtype);
        values.addAll(ReverseMode.gradients(y.mul(weights).sum(), List.of(q, k, v)));
        NDArray key = Run.normal(2, N, LENGTH, WIDTH);
        NDArray value = Run.normal(3, N, LENGTH, WIDTH);
        var at = new LinkedHashMap<String, NDArray>();
        at.put("q", Run.normal(1, N, LENGTH, WIDTH).cast(dtype));
        at.put("k", filled(key, content).cast(dtype));
        at.put("v", filled(value, content).cast(dtype));
        return run(values, at);
    }

    @ParameterizedTest
    @MethodSource("formsAndContents")
    void contentOfWhatIsMaskedChangesNothing(Form form, float content) {
        List<NDArray> zeros = attended(form, DType.FLOAT32, 0);
        List<NDArray> others = attended(form, DType.FLOAT32, content);
        assertThat(others).isEqualTo(zeros);
        for (NDArray each : others) {
            assertThat(Arrays.stream(each.doubles())).allMatch(Double::isFinite);
        }
        // Nothing of the second sequence is seen: zeros, and so are all gradients.
        for (NDArray each : others) {
            double[] second = each.slice(1, 2).doubles();
            assertThat(second).containsOnly(0);
            assertThat(each.slice(0, 1).doubles()).isNotEqualTo(new double[second.length]);
        }
        for (NDArray ofKeys : others.subList(2, 4)) {
            assertThat(Arrays.copyOfRange(ofKeys.doubles(), WIDTH, 2 * WIDTH)).containsOnly(0);
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {60_000, Float.NaN, Float.NEGATIVE_INFINITY})
    void contentOfWhatIsMaskedChangesNothingInFloat16(float content) {
        for (Form form : List.of(LAYER, SPELLED)) {
            List<NDArray> others = attended(form, DType.FLOAT16, content);
            assertThat(others).isEqualTo(attended(form, DType.FLOAT16, 0));
            assertThat(others.getFirst().slice(1, 2).doubles()).containsOnly(0);
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {1e15f, -1e15f, 3e30f})
    void elementsBehindAreNotSeen(float content) {
        Tensor q = port("q", DType.FLOAT32, N, LENGTH, WIDTH);
        Tensor k = port("k", DType.FLOAT32, N, LENGTH, WIDTH);
        Tensor v = port("v", DType.FLOAT32, N, LENGTH, WIDTH);
        Tensor early = Attention.causal(q, k, v).slice(1, 0, LENGTH - 1);
        var values = new ArrayList<>(List.of(early));
        values.addAll(ReverseMode.gradients(early.square().sum(), List.of(q, k, v)));
        List<List<NDArray>> found = new ArrayList<>();
        for (float each : new float[] {0, content}) {
            var at = new LinkedHashMap<String, NDArray>();
            at.put("q", Run.normal(1, N, LENGTH, WIDTH));
            at.put("k", last(Run.normal(2, N, LENGTH, WIDTH), each));
            at.put("v", last(Run.normal(3, N, LENGTH, WIDTH), each));
            found.add(run(values, at));
        }
        assertThat(found.get(1)).isEqualTo(found.get(0));
    }

    /** The first query alone sees the last key, and nobody the second. */
    private static final float[] SOME = {1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0};

    private static List<NDArray> someSeeing(boolean isCausal, float content) {
        Tensor q = port("q", DType.FLOAT32, N, LENGTH, WIDTH);
        Tensor k = port("k", DType.FLOAT32, N, LENGTH, WIDTH);
        Tensor v = port("v", DType.FLOAT32, N, LENGTH, WIDTH);
        Tensor mask = Tensor.constant(NDArray.of(SOME, LENGTH, LENGTH));
        Tensor others =
                isCausal
                        ? Attention.causal(q, k, v).slice(1, 0, LENGTH - 1)
                        : Attention.scaledDotProduct(q, k, v, mask).slice(1, 1, LENGTH);
        var values = new ArrayList<>(List.of(others));
        values.addAll(ReverseMode.gradients(others.square().sum(), List.of(q, k, v)));
        var at = new LinkedHashMap<String, NDArray>();
        at.put("q", Run.normal(1, N, LENGTH, WIDTH));
        at.put("k", last(Run.normal(2, N, LENGTH, WIDTH), content));
        at.put("v", last(Run.normal(3, N, LENGTH, WIDTH), content));
        return run(values, at);
    }

    @ParameterizedTest
    @ValueSource(floats = {1e15f, -1e15f, 3e30f})
    void keysThatOthersSeeAreNotSeen(float content) {
        assertThat(someSeeing(false, content)).isEqualTo(someSeeing(false, 0));
    }

    /** A product with 0 keeps what is no number: that is loud, and never another number. */
    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void whatIsNoNumberInAKeyThatOthersSeeIsNeverAnotherNumber(float content) {
        for (boolean isCausal : new boolean[] {true, false}) {
            List<NDArray> expected = someSeeing(isCausal, 0);
            List<NDArray> found = someSeeing(isCausal, content);
            for (int i = 0; i < found.size(); i++) {
                double[] values = found.get(i).doubles();
                for (int j = 0; j < values.length; j++) {
                    if (!Double.isNaN(values[j])) {
                        assertThat(values[j]).isEqualTo(expected.get(i).at(j));
                    }
                }
            }
        }
    }

    private static NDArray last(NDArray rows, float content) {
        double[] values = rows.doubles();
        for (int i = 0; i < values.length; i++) {
            values[i] = i / WIDTH % LENGTH == LENGTH - 1 ? content : values[i];
        }
        return NDArray.of(values, rows.type());
    }

    static Stream<Float> finiteAndNot() {
        return contents().mapToObj(each -> (float) each);
    }

    @ParameterizedTest
    @MethodSource("finiteAndNot")
    void ofALayerNoWeightLearnsFromWhatIsMasked(float content) {
        Tensor mask = Tensor.constant(NDArray.of(KEYS, N, LENGTH));
        Tensor shown = mask.notEqual(0).expandDims(2);
        var self = learned(selfAttention(2).mask(mask), shown, content);
        assertThat(self).isEqualTo(learned(selfAttention(2).mask(mask), shown, 0));
        assertThat(self).allMatch(each -> Arrays.stream(each.doubles()).allMatch(Double::isFinite));
        Tensor all = Tensor.constant(NDArray.of(KEYS, N, 1, LENGTH));
        Tensor ofPairs = Tensor.ones(TensorType.float32(Shape.shape(N, LENGTH, 1))).mul(all);
        Tensor query = Tensor.constant(Run.normal(5, N, LENGTH, WIDTH));
        var cross = new ArrayList<List<NDArray>>();
        for (Tensor each : List.of(mask, ofPairs)) {
            for (float value : new float[] {0, content}) {
                Layer layer =
                        (scope, x) ->
                                scope.apply("look", crossAttention(2).mask(each).over(x), query);
                cross.add(learned(layer, shown.or(shown.not()), value));
            }
        }
        assertThat(cross.get(1)).isEqualTo(cross.get(0));
        assertThat(cross.get(3)).isEqualTo(cross.get(2));
    }

    /** Returns what is shown of a layer's output and the gradients of its weights. */
    private static List<NDArray> learned(Layer layer, Tensor shown, float content) {
        Model model = Run.model(layer, LENGTH, WIDTH);
        ModelTrace trace = model.trace(true);
        Tensor y = model.apply(trace, model.placeholders(N)).only();
        Tensor kept = shown.where(y, Tensor.zerosLike(y));
        var values = new ArrayList<>(List.of(kept));
        var by = trace.declared().keySet().stream().map(trace::tensor).toList();
        values.addAll(ReverseMode.gradients(kept.square().sum(), by));
        NDArray x = filled(Run.normal(4, N, LENGTH, WIDTH), content);
        return Interpreter.run(values, Run.values(model, x));
    }
}
