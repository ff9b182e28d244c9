package propane.engine.cpu.plan;

import propane.tensor.Tensor;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** What a provider answers when it is shown a unit of work. */
public sealed interface KernelMatch {
    /**
     * It takes the unit.
     *
     * @param overwritable operands of a result's size whose memory a result may take over
     * @param scratchBytes memory it wants while it runs
     * @param maker makes the kernel once all places are known
     */
    record Taken(List<Tensor> overwritable, long scratchBytes, Maker maker) implements KernelMatch {
        /** Copies the list. */
        public Taken {
            overwritable = List.copyOf(overwritable);
        }
    }

    /**
     * It does not take the unit.
     *
     * @param reason why not, for the report
     */
    record Refused(String reason) implements KernelMatch {}

    /** Returns the offer of a kernel that wants nothing but its operands and results. */
    static KernelMatch taken(PlainMaker maker) {
        return new Taken(List.of(), 0, maker);
    }

    /** Returns the offer of a kernel whose only result may take over its first operand's memory. */
    static KernelMatch inPlace(Fused unit, PlainMaker maker) {
        return new Taken(unit.operands().subList(0, 1), 0, maker);
    }

    /** Makes a kernel. */
    interface Maker {
        /** Returns the kernel bound to its places. */
        Kernel make(Places places);
    }

    /** Makes a kernel of the memory of the operands and the results, each in the op's order. */
    interface PlainMaker extends Maker {
        /** Returns the kernel. */
        Kernel make(MemorySegment[] operands, MemorySegment[] results);

        @Override
        default Kernel make(Places places) {
            return make(places.operands(), places.results());
        }
    }

    /** Where the values of a unit live. */
    interface Places {
        /** Returns the memory of an operand or result: packed, row-major, of its exact size. */
        MemorySegment of(Tensor tensor);

        /** Returns the memory of the operands of a unit's only operation, in its order. */
        MemorySegment[] operands();

        /** Returns the memory of the unit's results. */
        MemorySegment[] results();

        /** Returns the memory of one of the results. */
        default MemorySegment result(int index) {
            return results()[index];
        }

        /** Returns whether a value becomes state, in which nothing but finite numbers may stand. */
        default boolean watches(Tensor tensor) {
            return false;
        }

        /** Returns a float that is set to 1 where a value that is watched is not finite. */
        default MemorySegment fault() {
            return MemorySegment.NULL;
        }

        /** Returns the scratch memory that was asked for. */
        MemorySegment scratch();
    }
}
