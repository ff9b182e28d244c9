package propane.engine.cpu.loop;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

import propane.engine.cpu.math.Lanes;
import propane.engine.cpu.math.VectorMath;

import java.lang.foreign.MemorySegment;

/**
 * Operations of loop bodies on vectors, beside those that the Vector API has as they are ({@link
 * VectorCalls}); {@link ElementOps} has them all for single elements.
 */
final class VectorOps {
    private VectorOps() {}

    static VectorMask<Float> loadTruth(MemorySegment from, int index) {
        return Lanes.loadTruth(from, index);
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

    static VectorMask<Float> select(
            VectorMask<Float> condition, VectorMask<Float> yes, VectorMask<Float> no) {
        return condition.and(yes).or(no.andNot(condition));
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

    static FloatVector softplus(FloatVector x) {
        return VectorMath.softplus(x);
    }

    static VectorMask<Float> toTruth(FloatVector x) {
        return x.compare(VectorOperators.NE, 0f);
    }

    static VectorMask<Float> toTruth(VectorMask<Float> x) {
        return x;
    }
}
