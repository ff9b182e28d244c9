package propane.coreml;

import static org.assertj.core.api.Assertions.assertThat;

import propane.coreml.ops.ComponentType;
import propane.spi.Program;
import propane.spi.op.Leaf;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether two functions are the same: ports, outputs, and the graphs after them operation by
 * operation, with the same sharing.
 */
public final class SameGraph {
    private final Map<Tensor, Tensor> partners = new IdentityHashMap<>();

    private SameGraph() {}

    public static void require(Program actual, Program expected) {
        assertThat(actual.functions())
                .extracting(Program.Function::name)
                .isEqualTo(expected.functions().stream().map(Program.Function::name).toList());
        for (int i = 0; i < expected.functions().size(); i++) {
            new SameGraph().compare(actual.functions().get(i), expected.functions().get(i));
        }
    }

    private void compare(Program.Function actual, Program.Function expected) {
        String where = expected.name();
        assertThat(actual.inputs()).as(where).isEqualTo(expected.inputs());
        assertThat(actual.outputs()).as(where).hasSameSizeAs(expected.outputs());
        var left = operations(actual);
        var right = operations(expected);
        assertThat(left).as(where).hasSameSizeAs(right);
        for (int i = 0; i < left.size(); i++) {
            compare(left.get(i), right.get(i), where + ", operation " + i);
        }
        for (int i = 0; i < expected.outputs().size(); i++) {
            Program.Output a = actual.outputs().get(i);
            Program.Output b = expected.outputs().get(i);
            assertThat(a.port()).as(where).isEqualTo(b.port());
            assertThat(a.of()).as(where).isEqualTo(b.of());
            requirePartners(a.value(), b.value(), where);
        }
    }

    /** The order depends on the graph alone; inputs count by their ports, not as operations. */
    private static List<Operation> operations(Program.Function function) {
        var operations = new ArrayList<>(function.operations());
        operations.removeIf(operation -> operation.op() instanceof Leaf.Input);
        return operations;
    }

    private void compare(Operation actual, Operation expected, String where) {
        assertThat(actual.op().getClass()).as(where).isEqualTo(expected.op().getClass());
        var schema = OpSchema.of(expected.op());
        for (OpSchema.Operand part : schema.parts()) {
            String name = where + ", " + schema.name() + "." + part.name();
            if (part.javaType() != Tensor.class && !ComponentType.of(part).isTensors()) {
                assertThat(part.value(actual.op())).as(name).isEqualTo(part.value(expected.op()));
            }
        }
        var left = actual.operands();
        var right = expected.operands();
        assertThat(left).as(where).hasSameSizeAs(right);
        for (int i = 0; i < left.size(); i++) {
            requirePartners(left.get(i), right.get(i), where + ", operand " + i);
        }
        for (Tensor result : actual.results()) {
            Tensor other = expected.result(result.index());
            assertThat(result.type()).as(where).isEqualTo(other.type());
            partners.put(result, other);
        }
    }

    private void requirePartners(Tensor actual, Tensor expected, String where) {
        if (expected.op() instanceof Leaf.Input) {
            assertThat(actual.op()).as(where).isEqualTo(expected.op());
        } else {
            assertThat(partners.get(actual)).as(where).isSameAs(expected);
        }
    }
}
