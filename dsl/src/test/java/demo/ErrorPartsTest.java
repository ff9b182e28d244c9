package demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import static propane.nn.Model.model;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.named;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.sequential;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.coreml.CoreMl;
import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Tensors;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.DTypeException;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Problem;
import propane.tensor.Problem.Operand;
import propane.tensor.PropaneException;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What errors tell as values, to code outside Propane's own packages as a user's is. */
class ErrorPartsTest {
    private static final String WHOLE = "propane.stacktrace";

    @TempDir private Path folder;

    private final String before = System.getProperty(WHOLE, "");

    @BeforeEach
    void beginAtTheUsersLine() {
        System.clearProperty(WHOLE);
    }

    @AfterEach
    void restore() {
        System.setProperty(WHOLE, before);
    }

    private static Tensor port(String name, DType dtype, int... dims) {
        return new Port(name, Role.BATCH, new TensorType(dtype, Shape.shape(dims))).tensor();
    }

    private static <E extends PropaneException> E thrown(Class<E> type, Runnable body) {
        E error = catchThrowableOfType(type, body::run);
        assertThat(error).isExactlyInstanceOf(type);
        return error;
    }

    /** The place that is told is where the stack trace begins: in this file. */
    private static void requireHere(PropaneException error) {
        StackTraceElement first = error.getStackTrace()[0];
        assertThat(first.getClassName()).isEqualTo(ErrorPartsTest.class.getName());
        assertThat(error.place()).isEqualTo("ErrorPartsTest.java:" + first.getLineNumber());
    }

    @Test
    void aWrongShapeInANestedLayer() {
        Tensor other = port("other", DType.FLOAT32, 4, 3);
        Layer sum = (_, x) -> x.add(other);
        Layer nested = sequential(relu(), named("head", sequential(dense(5), named("sum", sum))));
        var error = thrown(ShapeException.class, () -> model(Input.input(8), nested));
        requireHere(error);
        assertThat(error.rule()).isEqualTo("add: shapes do not broadcast: [2, 5] and [4, 3]");
        assertThat(error.layer()).isEqualTo("head/sum");
        assertThat(error.operands().getFirst().name()).isEqualTo("x");
        assertThat(error.operands().getFirst().type()).isEqualTo("fp32[2, 5]");
        assertThat(error.operands().getFirst().origin())
                .matches("add at ErrorPartsTest\\.java:\\d+");
        assertThat(error.operands())
                .element(1)
                .isEqualTo(new Operand("y", "fp32[4, 3]", "port other"));
        assertThat(error.fix()).isEqualTo("make axis -1 equal (5 or 3) or 1");
        assertThat(error)
                .hasMessage(
                        error.rule()
                                + "\n    at "
                                + error.place()
                                + "\n    x        fp32[2, 5] made by "
                                + error.operands().getFirst().origin()
                                + "\n    y        fp32[4, 3] made by port other"
                                + "\n    in layer head/sum"
                                + "\n    fix: make axis -1 equal (5 or 3) or 1");
    }

    @Test
    void aWrongElementType() {
        var error =
                thrown(
                        DTypeException.class,
                        () -> model(Input.tokens(4), sequential(named("first", dense(3)))));
        requireHere(error);
        assertThat(error.rule()).isEqualTo("dense: needs floating-point elements, got int32[2, 4]");
        assertThat(error.layer()).isEqualTo("first");
        assertThat(error.operands()).containsExactly(new Operand("x", "int32[2, 4]", "port input"));
        assertThat(error.fix()).startsWith("put embedding(vocabulary, width) before it");
    }

    @Test
    void aSettingOutOfRange() {
        var error = thrown(PropaneException.class, () -> dense(0));
        requireHere(error);
        assertThat(error.rule()).isEqualTo("dense: the number of units must be 1 or more, got 0");
        assertThat(error.layer()).isEmpty();
        assertThat(error.operands()).containsExactly(new Operand("given", "0", ""));
        assertThat(error.fix()).isEqualTo("use a number that is 1 or more");

        Layer late = (scope, x) -> scope.apply("inner", dense(0), x);
        var inLayer =
                thrown(
                        PropaneException.class,
                        () -> model(Input.input(8), sequential(named("outer", late))));
        requireHere(inLayer);
        assertThat(inLayer.rule()).isEqualTo(error.rule());
        assertThat(inLayer.layer()).isEqualTo("outer");
    }

    private static final class Own extends PropaneException {
        private static final long serialVersionUID = 1L;

        Own() {
            super("of the user's own type");
        }
    }

    @Test
    void anErrorOfAnotherTypeStaysThatOne() {
        Layer own =
                (_, _) -> {
                    throw new Own();
                };
        var error = thrown(Own.class, () -> model(Input.input(8), sequential(own)));
        assertThat(error.layer()).isEmpty();
    }

    @Test
    void aNameThatIsNotThere() {
        var tensors = Tensors.tensors("left", port("left", DType.FLOAT32, 2));
        var error = thrown(UnknownNameException.class, () -> tensors.at("lefd"));
        requireHere(error);
        assertThat(error.rule()).isEqualTo("tensors: none named lefd");
        assertThat(error.fix()).isEqualTo("did you mean left? There are left");
    }

    @Test
    void aFileHasNoLineOfCodeAndNoAdvice() throws IOException {
        Path file = folder.resolve("broken.mlmodel");
        Files.writeString(file, "no model");
        var error = thrown(FormatException.class, () -> CoreMl.read(file));
        assertThat(error.where()).isEqualTo(file.toString());
        assertThat(error.rule()).startsWith(error.where()).isEqualTo(error.getMessage());
        assertThat(error.place()).isEmpty();
        assertThat(error.fix()).isEmpty();
        assertThat(error.getStackTrace()[0].getClassName())
                .isEqualTo(ErrorPartsTest.class.getName());
    }

    @Test
    void whatAMethodIsMadeOfIsToldOfTheMethod() {
        Tensor words = port("words", DType.INT32, 2, 3);
        var error = thrown(DTypeException.class, () -> words.var(1));
        requireHere(error);
        assertThat(error.rule()).isEqualTo("var: the mean of int32 would be cut to a whole number");
        assertThat(error.operands()).containsExactly(new Operand("x", "int32[2, 3]", "port words"));
    }

    @Test
    void aRuleAnOperandAndAFixAreGivenAsSuch() {
        var error =
                thrown(
                        PropaneException.class,
                        () -> {
                            throw new PropaneException(
                                    Problem.ofRule("it broke\nin two")
                                            .operand("parts", 2)
                                            .operand("whole", NDArray.of(new float[] {1, 2}, 2))
                                            .fix("glue\nit"));
                        });
        assertThat(error.place()).startsWith("ErrorPartsTest.java:");
        assertThat(error.rule()).isEqualTo("it broke\nin two");
        assertThat(error.operands())
                .containsExactly(
                        new Operand("parts", "2", ""), new Operand("whole", "fp32[2]", ""));
        assertThat(error.fix()).isEqualTo("glue\nit");
        assertThat(error)
                .hasMessage(
                        "it broke\n    at "
                                + error.place()
                                + "\n"
                                + "in two\n"
                                + "    parts    2\n"
                                + "    whole    fp32[2]\n"
                                + "    fix: glue\n"
                                + "it");
    }

    @Test
    void aRuleAloneIsNotTakenApart() {
        String rule = "it broke\n    fix: this is of the rule";
        var error =
                thrown(
                        PropaneException.class,
                        () -> {
                            throw new PropaneException(rule);
                        });
        assertThat(error.rule()).isEqualTo(rule);
        assertThat(error.fix()).isEmpty();
    }

    @Test
    void theWholeStackTraceCanBeHad() {
        System.setProperty(WHOLE, "all");
        var error = thrown(PropaneException.class, () -> dense(0));
        assertThat(error.getStackTrace()[0].getClassName()).startsWith("propane.");
    }
}
