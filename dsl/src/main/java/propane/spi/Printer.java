package propane.spi;

import propane.spi.op.Leaf;
import propane.spi.op.MilEnum;
import propane.spi.op.Op;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Prints programs as text in the manner of MIL: one line an operation. */
public final class Printer {
    private final Map<Tensor, String> names = new IdentityHashMap<>();
    private final Map<String, Integer> counts = new HashMap<>();
    private final StringBuilder text = new StringBuilder();

    private static final int SHOWN = 6;

    private Printer() {}

    /** Returns a program's text. */
    public static String print(Program program) {
        return program.functions().stream().map(Printer::print).collect(Collectors.joining("\n"));
    }

    /** Returns a function's text. */
    public static String print(Program.Function function) {
        var printer = new Printer();
        printer.function(function);
        return printer.text.toString();
    }

    private void function(Program.Function function) {
        text.append(function.name()).append('(');
        for (Port port : function.inputs()) {
            text.append("\n    ").append(port.role()).append(' ').append(port);
        }
        text.append(") {\n");
        for (Operation operation : function.operations()) {
            operation(operation);
        }
        text.append("} -> (");
        for (Program.Output output : function.outputs()) {
            text.append("\n    ")
                    .append(output.port().role())
                    .append(' ')
                    .append(output.port().name())
                    .append(" = ")
                    .append(names.get(output.value()));
            if (!output.of().isEmpty()) {
                text.append(output.replaces() ? " replaces " : " of ").append(output.of());
            }
        }
        text.append(")\n");
    }

    private void operation(Operation operation) {
        Op op = operation.op();
        if (op instanceof Leaf.Input(Port port)) {
            names.put(operation.result(0), port.name());
            return;
        }
        if (op instanceof Leaf.Const(NDArray value) && value.size() == 1) {
            names.put(operation.result(0), constant(value));
            return;
        }
        var schema = OpSchema.of(op);
        for (Tensor result : operation.results()) {
            int count = counts.merge(schema.name(), 1, Integer::sum);
            names.put(result, "%" + schema.name() + "_" + count);
        }
        text.append("    ")
                .append(
                        operation.results().stream()
                                .map(names::get)
                                .collect(Collectors.joining(", ")))
                .append(": ")
                .append(
                        operation.results().stream()
                                .map(result -> result.type().toString())
                                .collect(Collectors.joining(", ")))
                .append(" = ")
                .append(schema.name())
                .append(
                        schema.parts().stream()
                                .map(part -> part.name() + " = " + value(part.value(op)))
                                .collect(Collectors.joining(", ", "(", ")\n")));
    }

    /** Returns type and elements with all their digits, of long arrays the first and last ones. */
    private static String constant(NDArray array) {
        var elements = new StringBuilder();
        for (int i = 0; i < array.size(); i++) {
            if (i == SHOWN && array.size() > 2 * SHOWN) {
                elements.append(", …");
                i = array.size() - SHOWN / 2;
                continue;
            }
            elements.append(i == 0 ? "" : ", ");
            boolean isWhole = array.dtype() == DType.INT32;
            elements.append(isWhole ? String.valueOf((int) array.at(i)) : array.at(i));
        }
        return array.type() + " {" + elements + "}";
    }

    private String value(Object value) {
        return switch (value) {
            case Tensor tensor -> names.get(tensor);
            case NDArray array -> constant(array);
            case List<?> list ->
                    list.stream().map(this::value).collect(Collectors.joining(", ", "(", ")"));
            case MilEnum constant -> constant.mil();
            case DType dtype -> dtype.mil();
            default -> String.valueOf(value);
        };
    }

    /** Returns what was printed so far. */
    @Override
    public String toString() {
        return text.toString();
    }
}
