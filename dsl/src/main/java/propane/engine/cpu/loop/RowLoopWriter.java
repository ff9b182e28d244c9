package propane.engine.cpu.loop;

import propane.engine.cpu.math.Lanes;
import propane.tensor.DType;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;

/** Writes the loops of functions: over vectors, then over the elements that are left. */
final class RowLoopWriter {
    private static final MethodTypeDesc RUN =
            MethodTypeDesc.of(
                    ConstantDescs.CD_void,
                    BytecodeCode.MEMORY,
                    ConstantDescs.CD_int,
                    BytecodeCode.MEMORY,
                    ConstantDescs.CD_int,
                    ConstantDescs.CD_int);
    private static final int X = 1;
    private static final int FROM = 2;
    private static final int Y = 3;
    private static final int TO = 4;
    private static final int COUNT = 5;

    private final Function function;
    private final CodeBuilder code;
    private final int index;

    private RowLoopWriter(Function function, CodeBuilder code) {
        this.function = function;
        this.code = code;
        this.index = code.allocateLocal(TypeKind.INT);
    }

    static RowLoop write(Function function) {
        return WrittenClass.make(
                RowLoop.class, RUN, code -> new RowLoopWriter(function, code).method());
    }

    private void method() {
        code.iconst_0().istore(index);
        int limit = code.allocateLocal(TypeKind.INT);
        code.iload(COUNT).loadConstant(-Lanes.COUNT).iand().istore(limit);
        var vectors = new VectorCode(code);
        CountedLoop.write(code, index, limit, Lanes.COUNT, () -> iteration(vectors));
        var scalars = new ScalarCode(code);
        CountedLoop.write(code, index, COUNT, 1, () -> iteration(scalars));
        code.return_();
    }

    private void iteration(BytecodeCode body) {
        BytecodeCode.know(code, X);
        BytecodeCode.know(code, Y);
        Value x = body.load(X, place(FROM), DType.FLOAT32);
        body.store(function.write(x, body), Y, place(TO));
    }

    private int place(int first) {
        int place = code.allocateLocal(TypeKind.INT);
        code.iload(first).iload(index).iadd().istore(place);
        return place;
    }
}
