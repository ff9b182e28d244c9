package propane.engine.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

import java.lang.foreign.MemorySegment;

/** The operations of loop bodies on vectors; {@link ScalarOps} has the same of single elements. */
final class VectorOps {
    private VectorOps() {}

    static FloatVector load(MemorySegment from, int index) {
        return Lanes.load(from, index);
    }

    static VectorMask<Float> loadTruth(MemorySegment from, int index) {
        return Lanes.loadTruth(from, index);
    }

    static void store(FloatVector value, MemorySegment to, int index) {
        Lanes.store(value, to, index);
    }

    static void store(VectorMask<Float> value, MemorySegment to, int index) {
        Lanes.store(value, to, index);
    }

    static FloatVector all(float value) {
        return Lanes.all(value);
    }

    static VectorMask<Float> all(boolean value) {
        return Lanes.FLOATS.maskAll(value);
    }

    static FloatVector add(FloatVector x, FloatVector y) {
        return x.add(y);
    }

    static FloatVector sub(FloatVector x, FloatVector y) {
        return x.sub(y);
    }

    static FloatVector mul(FloatVector x, FloatVector y) {
        return x.mul(y);
    }

    static FloatVector div(FloatVector x, FloatVector y) {
        return x.div(y);
    }

    static FloatVector min(FloatVector x, FloatVector y) {
        return x.min(y);
    }

    static FloatVector max(FloatVector x, FloatVector y) {
        return x.max(y);
    }

    static VectorMask<Float> eq(FloatVector x, FloatVector y) {
        return x.compare(VectorOperators.EQ, y);
    }

    static VectorMask<Float> ne(FloatVector x, FloatVector y) {
        return x.compare(VectorOperators.NE, y);
    }

    static VectorMask<Float> lt(FloatVector x, FloatVector y) {
        return x.compare(VectorOperators.LT, y);
    }

    static VectorMask<Float> le(FloatVector x, FloatVector y) {
        return x.compare(VectorOperators.LE, y);
    }

    static VectorMask<Float> gt(FloatVector x, FloatVector y) {
        return x.compare(VectorOperators.GT, y);
    }

    static VectorMask<Float> ge(FloatVector x, FloatVector y) {
        return x.compare(VectorOperators.GE, y);
    }

    static VectorMask<Float> and(VectorMask<Float> x, VectorMask<Float> y) {
        return x.and(y);
    }

    static VectorMask<Float> or(VectorMask<Float> x, VectorMask<Float> y) {
        return x.or(y);
    }

    static VectorMask<Float> xor(VectorMask<Float> x, VectorMask<Float> y) {
        return x.xor(y);
    }

    static VectorMask<Float> not(VectorMask<Float> x) {
        return x.not();
    }

    static FloatVector select(VectorMask<Float> condition, FloatVector yes, FloatVector no) {
        return no.blend(yes, condition);
    }

    static VectorMask<Float> select(
            VectorMask<Float> condition, VectorMask<Float> yes, VectorMask<Float> no) {
        return condition.and(yes).or(no.andNot(condition));
    }

    static FloatVector abs(FloatVector x) {
        return x.abs();
    }

    static FloatVector sqrt(FloatVector x) {
        return x.sqrt();
    }

    static FloatVector exp(FloatVector x) {
        return VectorMath.exp(x);
    }

    static FloatVector log(FloatVector x) {
        return VectorMath.log(x);
    }

    static FloatVector tanh(FloatVector x) {
        return VectorMath.tanh(x);
    }

    static FloatVector sigmoid(FloatVector x) {
        return VectorMath.sigmoid(x);
    }

    static FloatVector erf(FloatVector x) {
        return VectorMath.erf(x);
    }

    static FloatVector toFloat(FloatVector x) {
        return x;
    }

    static FloatVector toFloat(VectorMask<Float> x) {
        return Lanes.all(0).blend(1, x);
    }

    static VectorMask<Float> toTruth(FloatVector x) {
        return x.compare(VectorOperators.NE, 0f);
    }

    static VectorMask<Float> toTruth(VectorMask<Float> x) {
        return x;
    }
}
