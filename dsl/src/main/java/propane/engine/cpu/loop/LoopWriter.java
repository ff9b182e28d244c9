package propane.engine.cpu.loop;

import propane.engine.cpu.math.Lanes;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Writes a loop. */
final class LoopWriter {
    private static final MethodTypeDesc RUN =
            MethodTypeDesc.of(
                    ConstantDescs.CD_void,
                    BytecodeCode.MEMORY.arrayType(),
                    ConstantDescs.CD_int.arrayType());
    private static final int SEGMENTS = 1;
    private static final int NUMBERS = 2;

    private final LoopPlan plan;
    private final List<Boolean> watched;
    private final int fault;
    private final CodeBuilder code;
    private final int rank;
    private final int[] segments;
    private final int[] dims;
    private final int[] bases;

    private LoopWriter(LoopPlan plan, List<Boolean> watched, CodeBuilder code) {
        this.plan = plan;
        this.watched = watched;
        this.fault = code.allocateLocal(TypeKind.INT);
        this.code = code;
        this.rank = plan.iteration().rank();
        this.segments = new int[plan.loaded().size() + plan.results().size()];
        this.dims = new int[rank];
        this.bases = new int[plan.wayCount()];
    }

    /**
     * Returns a loop.
     *
     * @param watched for each result whether an element that is not finite is told
     */
    static Loop write(LoopPlan plan, List<Boolean> watched) {
        return WrittenClass.make(
                Loop.class, RUN, code -> new LoopWriter(plan, watched, code).method());
    }

    private void method() {
        for (int i = 0; i < segments.length; i++) {
            segments[i] = code.allocateLocal(TypeKind.REFERENCE);
            code.aload(SEGMENTS).loadConstant(i).aaload().astore(segments[i]);
        }
        for (int i = 0; i < rank; i++) {
            dims[i] = code.allocateLocal(TypeKind.INT);
            number(i);
            code.istore(dims[i]);
        }
        code.iconst_0().istore(fault);
        outer(0, new int[rank]);
        if (watched.contains(true)) {
            tell();
        }
        code.return_();
    }

    /** Writes 1 after the results if a watched element was not finite. */
    private void tell() {
        Label fine = code.newLabel();
        code.iload(fault).ifeq(fine);
        code.fconst_1().aload(SEGMENTS).loadConstant(segments.length).aaload().iconst_0();
        code.invokestatic(
                BytecodeCode.ELEMENTS,
                "store",
                MethodTypeDesc.of(
                        ConstantDescs.CD_void,
                        ConstantDescs.CD_float,
                        BytecodeCode.MEMORY,
                        ConstantDescs.CD_int));
        code.labelBinding(fine);
    }

    private void number(int index) {
        code.aload(NUMBERS).loadConstant(index).iaload();
    }

    private void outer(int axis, int[] indices) {
        if (axis == rank - 1) {
            inner(indices);
            return;
        }
        indices[axis] = code.allocateLocal(TypeKind.INT);
        code.iconst_0().istore(indices[axis]);
        CountedLoop.write(code, indices[axis], dims[axis], 1, () -> outer(axis + 1, indices));
    }

    private void inner(int[] indices) {
        for (int way = 0; way < bases.length; way++) {
            bases[way] = code.allocateLocal(TypeKind.INT);
            code.iconst_0();
            for (int axis = 0; axis < rank - 1; axis++) {
                code.iload(indices[axis]);
                number(rank + way * (rank - 1) + axis);
                code.imul().iadd();
            }
            code.istore(bases[way]);
        }
        var scalars = new ScalarCode(code);
        List<Value> single = broadcasts(scalars);
        int index = code.allocateLocal(TypeKind.INT);
        code.iconst_0().istore(index);
        if (plan.isVector()) {
            var vectors = new VectorCode(code);
            var spread = new ArrayList<Value>();
            for (Value value : single) {
                spread.add(value == Value.NOTHING ? Value.NOTHING : vectors.spread(value));
            }
            int limit = code.allocateLocal(TypeKind.INT);
            code.iload(dims[rank - 1]).loadConstant(-Lanes.COUNT).iand().istore(limit);
            CountedLoop.write(
                    code, index, limit, Lanes.COUNT, () -> iteration(vectors, spread, index));
        }
        CountedLoop.write(code, index, dims[rank - 1], 1, () -> iteration(scalars, single, index));
    }

    /** Reads the operands that stay the same in the innermost loop; nothing for the others. */
    private List<Value> broadcasts(ScalarCode scalars) {
        var values = new ArrayList<Value>();
        for (int i = 0; i < plan.loaded().size(); i++) {
            int way = plan.way(i);
            values.add(
                    plan.isLinear(way)
                            ? Value.NOTHING
                            : scalars.load(segments[i], bases[way], plan.loaded().get(i).dtype()));
        }
        return values;
    }

    private void iteration(BytecodeCode body, List<Value> fixed, int index) {
        // Within the loop, which may be entered at its head while it already runs.
        Arrays.stream(segments).forEach(segment -> BytecodeCode.know(code, segment));
        int[] places = new int[bases.length];
        for (int way = 0; way < bases.length; way++) {
            if (plan.isLinear(way)) {
                places[way] = code.allocateLocal(TypeKind.INT);
                code.iload(bases[way]).iload(index).iadd().istore(places[way]);
            }
        }
        var operands = new ArrayList<Value>();
        int loaded = plan.loaded().size();
        for (int i = 0; i < loaded; i++) {
            operands.add(
                    fixed.get(i) == Value.NOTHING
                            ? body.load(
                                    segments[i], places[plan.way(i)], plan.loaded().get(i).dtype())
                            : fixed.get(i));
        }
        int to = places[plan.way(loaded)];
        plan.body(
                body,
                operands,
                (value, i) -> {
                    body.store(value, segments[loaded + i], to);
                    if (watched.get(i)) {
                        body.watch(value, fault);
                    }
                });
    }
}
