package propane.spi.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.coreml.write.ProgramPackage;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.autodiff.ReverseMode;
import propane.spi.pass.Decompose;
import propane.tensor.EngineException;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import javax.tools.ToolProvider;

/** Ops of others: what they may say, and what is said where they say it wrongly. */
final class CustomOpTest {
    @TempDir private Path folder;

    /** Twice x, which leaves its gradient to its decomposition. */
    private record Twice(Tensor x, boolean lies) implements CustomOp {
        @Override
        public TensorType infer() {
            return x.type();
        }

        @Override
        public void evaluate(Evaluation e) {
            for (int i = 0; i < e.result().length; i++) {
                e.result()[i] = 2 * e.of(x)[i];
            }
        }

        @Override
        public List<Tensor> decompose() {
            return List.of(lies ? x.sum() : x.add(x));
        }
    }

    /** An op that is no record. */
    private static final class Plain implements CustomOp {
        @Override
        public TensorType infer() {
            return TensorType.float32(Shape.shape(1));
        }

        @Override
        public void evaluate(Evaluation e) {
            e.result()[0] = 0;
        }

        @Override
        public List<Tensor> decompose() {
            return List.of(Tensor.constant(NDArray.of(new float[1], 1)));
        }
    }

    private static Tensor x() {
        return new Port("x", Role.BATCH, TensorType.float32(Shape.shape(3))).tensor();
    }

    @Test
    void itsGradientIsThatOfItsDecompositionUnlessItSaysOne() {
        Tensor x = x();
        Tensor y = Tensor.of(new Twice(x, false));
        Tensor gradient = ReverseMode.gradients(y.sum(), List.of(x)).getFirst();
        assertThat(Interpreter.run(gradient.add(Tensor.zeros(x.type()))).doubles())
                .containsExactly(2, 2, 2);
    }

    @Test
    void aDecompositionOfAnotherTypeIsAnErrorThatNamesTheOp() {
        var y = Program.Output.result("y", Tensor.of(new Twice(x(), true)));
        Program.Function function = Program.Function.of("main", List.of(y));
        assertThatThrownBy(() -> Decompose.customOps().apply(function))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("twice: is decomposed into")
                .hasMessageContaining("let decompose() and infer() agree");
    }

    @Test
    void anOpThatIsNoRecordIsAnError() {
        assertThatThrownBy(() -> Tensor.of(new Plain()).operation().operands())
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("an op is a record")
                .hasMessageContaining("fix: make it a record");
    }

    @Test
    void theLintSeesWhatAnOpIsDecomposedInto() {
        var y = Program.Output.result("y", Tensor.of(new Twice(x(), false)));
        var program = Program.of(Program.Function.of("main", List.of(y)));
        assertThat(ProgramPackage.lint(program).text()).contains("add").doesNotContain("twice");
    }

    @Test
    void anOpOfAModuleThatHidesItSaysWhatToExport() throws Exception {
        assumeTrue(Tensor.class.getModule().isNamed(), "runs as a module, under Maven");
        Path source = Files.createDirectories(folder.resolve("src/hidden"));
        Path module = folder.resolve("src/module-info.java");
        Files.writeString(module, "module hides { requires propane; }");
        Path op = source.resolve("Same.java");
        Files.writeString(
                op,
                """
                package hidden;
                import module propane;
                import java.util.List;
                public record Same(Tensor x) implements CustomOp {
                    public TensorType infer() { return x.type(); }
                    public void evaluate(Evaluation e) {}
                    public List<Tensor> decompose() { return List.of(x); }
                }
                """);
        String path = System.getProperty("jdk.module.path");
        String out = folder.resolve("out").toString();
        String[] options = {"--module-path", path, "-proc:none", "-d", out, "" + module, "" + op};
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, options)).isZero();
        var boot = ModuleLayer.boot();
        Configuration hides =
                boot.configuration()
                        .resolve(
                                ModuleFinder.of(Path.of(out)), ModuleFinder.of(), List.of("hides"));
        var loader =
                boot.defineModulesWithOneLoader(hides, Tensor.class.getClassLoader())
                        .findLoader("hides");
        var kind = loader.loadClass("hidden.Same").asSubclass(Op.class);
        assertThatThrownBy(() -> OpSchema.of(kind))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("hidden.Same: module hides does not let Propane")
                .hasMessageContaining("\"exports hidden;\" in module-info.java");
    }
}
