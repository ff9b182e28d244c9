package propane.spi.cpu;

import propane.spi.op.Operation;
import propane.tensor.Tensor;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** What a provider answers when it is shown what is to be computed. */
public sealed interface KernelMatch {
    /**
     * It takes it.
     *
     * @param overwritable operands of a result's size whose memory a result may take over, once
     *     nobody else reads it; none if the kernel writes a result before it has read them
     * @param scratchBytes memory it wants while it runs, in bytes
     * @param maker makes the kernel once all places are known
     */
    record Taken(List<Tensor> overwritable, long scratchBytes, Maker maker) implements KernelMatch {
        /** Copies the list. */
        public Taken {
            overwritable = List.copyOf(overwritable);
        }
    }

    /**
     * It does not take it.
     *
     * @param reason why not, for the report
     */
    record Refused(String reason) implements KernelMatch {}

    /** Returns the offer of a kernel that wants nothing but its operands and results. */
    static KernelMatch taken(PlainMaker maker) {
        return new Taken(List.of(), 0, maker);
    }

    /** Returns the offer of a kernel whose only result may take over its first operand's memory. */
    static KernelMatch inPlace(Operation operation, PlainMaker maker) {
        return new Taken(operation.operands().subList(0, 1), 0, maker);
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

    /** Where the values live: float32, float16 and int32 as they are, truth values in a byte. */
    interface Places {
        /** Returns the memory of an operand or result: packed, row-major, of its exact size. */
        MemorySegment of(Tensor tensor);

        /** Returns the memory of the operands of the only operation, in its order. */
        MemorySegment[] operands();

        /** Returns the memory of the results. */
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
