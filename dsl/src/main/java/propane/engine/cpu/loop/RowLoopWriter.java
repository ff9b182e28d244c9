package propane.engine.cpu.loop;

import propane.engine.cpu.math.Lanes;
import propane.tensor.DType;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
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
        loop(new VectorCode(code), limit, Lanes.COUNT);
        loop(new ScalarCode(code), COUNT, 1);
        code.return_();
    }

    private void loop(BytecodeCode body, int limit, int step) {
        Label again = code.newBoundLabel();
        Label done = code.newLabel();
        code.iload(index).iload(limit).if_icmpge(done);
        BytecodeCode.know(code, X);
        BytecodeCode.know(code, Y);
        Value x = body.load(X, place(FROM), DType.FLOAT32);
        body.store(function.write(x, body), Y, place(TO));
        code.iinc(index, step).goto_(again).labelBinding(done);
    }

    private int place(int first) {
        int place = code.allocateLocal(TypeKind.INT);
        code.iload(first).iload(index).iadd().istore(place);
        return place;
    }
}
