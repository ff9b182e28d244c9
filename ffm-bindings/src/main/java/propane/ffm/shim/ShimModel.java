package propane.ffm.shim;

import propane.ffm.NativeException;
import propane.ffm.NativeTimeoutException;
import propane.ffm.raw.shim.PropaneShim;
import propane.ffm.raw.shim.propane_error;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Cleaner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * A model that Core ML has loaded. Closing it frees it; one that is forgotten is freed when it is
 * collected. Calls on a closed model throw.
 */
public final class ShimModel implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();

    private final Native handle;
    private final Cleaner.Cleanable cleanable;

    private ShimModel(MemorySegment handle) {
        this.handle = new Native(handle);
        this.cleanable = CLEANER.register(this, this.handle);
    }

    /** Which processors a model may use. */
    public enum Units {
        /** The CPU. */
        CPU_ONLY,
        /** The CPU and the GPU. */
        CPU_AND_GPU,
        /** Whatever there is. */
        ALL,
        /** The CPU and the Neural Engine. */
        CPU_AND_NEURAL_ENGINE;

        int code() {
            return switch (this) {
                case CPU_ONLY -> PropaneShim.PROPANE_CPU_ONLY();
                case CPU_AND_GPU -> PropaneShim.PROPANE_CPU_AND_GPU();
                case ALL -> PropaneShim.PROPANE_ALL();
                case CPU_AND_NEURAL_ENGINE -> PropaneShim.PROPANE_CPU_AND_NEURAL_ENGINE();
            };
        }
    }

    /**
     * Loads one function of a package.
     *
     * @param mlpackage the package
     * @param function the function's name, or empty for the default one
     * @param units which processors it may use
     * @param limit how long loading may take; zero for as long as it takes
     * @throws NativeTimeoutException if it takes longer; it then still runs, since Core ML cannot
     *     be stopped, and what it makes is released when it comes
     * @throws NativeException if the shim is not available, or cannot load it; with Core ML's
     *     domain, code and text
     */
    public static ShimModel load(Path mlpackage, String function, Units units, Duration limit) {
        Shim.require();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(mlpackage.toAbsolutePath().toString());
            MemorySegment name =
                    function.isEmpty() ? MemorySegment.NULL : arena.allocateFrom(function);
            return new ShimModel(
                    ShimCall.pointer((out, error) ->
                            PropaneShim.propane_model_load(
                                    path, name, units.code(), limit.toMillis(), out, error)));
        }
    }

    /** Returns what the model takes and gives, as JSON. */
    public String describe() {
        return ShimCall.text(
                (out, error) -> PropaneShim.propane_model_describe(handle.open(), out, error));
    }

    /**
     * Prepares a prediction over fixed memory, so that it can be made again and again without
     * allocating.
     */
    public Prediction prediction(List<ShimArray> inputs, List<ShimArray> outputs) {
        handle.open();
        return new Prediction(handle, inputs, outputs);
    }

    /**
     * Makes a state for the model.
     *
     * @throws NativeException if the model has none
     */
    public ShimState state() {
        return new ShimState(
                ShimCall.pointer((out, error) ->
                        PropaneShim.propane_state_create(handle.open(), out, error)));
    }

    /** Frees the model; a second call does nothing. */
    @Override
    public void close() {
        cleanable.clean();
    }

    /** The handle, apart from the model so that it can outlive it. */
    private static final class Native implements Runnable {
        private final MemorySegment pointer;
        private final AtomicBoolean freed = new AtomicBoolean();

        private Native(MemorySegment pointer) {
            this.pointer = pointer;
        }

        private MemorySegment open() {
            if (freed.get()) {
                throw new NativeException("Core ML shim: the model is closed");
            }
            return pointer;
        }

        @Override
        public void run() {
            if (freed.compareAndSet(false, true)) {
                PropaneShim.propane_model_release(pointer);
            }
        }
    }

    /** A prediction over fixed memory. */
    public static final class Prediction {
        private final Arena arena = Arena.ofAuto();
        private final Native handle;
        private final MemorySegment inputs;
        private final MemorySegment outputs;
        private final MemorySegment copied;
        private final MemorySegment error;
        private final int inputCount;
        private final int outputCount;
        // The arrays' memory stays reachable as long as their addresses are in use.
        private final List<ShimArray> arrays;
        // The job that was begun last, if one was.
        private List<ShimJob> begun = List.of();

        private Prediction(Native handle, List<ShimArray> in, List<ShimArray> out) {
            this.handle = handle;
            this.inputs = ShimArray.list(in, arena);
            this.outputs = ShimArray.list(out, arena);
            this.copied = arena.allocate(ValueLayout.JAVA_INT, Math.max(1, out.size()));
            this.error = propane_error.allocate(arena);
            this.inputCount = in.size();
            this.outputCount = out.size();
            this.arrays = Stream.concat(in.stream(), out.stream()).toList();
        }

        /**
         * Predicts once.
         *
         * @throws NativeException if the model is closed or the memory was freed, or with Core ML's
         *     domain, code and text
         */
        public void run() {
            run(MemorySegment.NULL);
        }

        /**
         * Predicts once and changes the state; predictions over one state must follow each other.
         *
         * @throws NativeException if the model or state is closed or the memory was freed, or with
         *     Core ML's domain, code and text
         */
        public void run(ShimState state) {
            run(state.open());
        }

        /**
         * Begins to predict and returns at once. Until the job has ended the memory must neither be
         * freed nor touched, and the prediction not be made again.
         *
         * @throws NativeException if the model is closed, the memory was freed or the last job has
         *     not ended, or with Core ML's domain, code and text
         */
        public ShimJob begin() {
            return begin(MemorySegment.NULL);
        }

        /**
         * Begins to predict over a state and returns at once; jobs over one state must follow each
         * other.
         *
         * @throws NativeException as {@link #begin()} does, and if the state is closed
         */
        public ShimJob begin(ShimState state) {
            return begin(state.open());
        }

        private ShimJob begin(MemorySegment state) {
            requireReady();
            ShimJob job =
                    ShimJob.begin(
                            this,
                            ShimProgress.NONE,
                            (done, _, user, out, failure) ->
                                    PropaneShim.propane_model_predict_async(
                                            handle.open(),
                                            state,
                                            inputs,
                                            inputCount,
                                            outputs,
                                            outputCount,
                                            copied,
                                            done,
                                            user,
                                            out,
                                            failure));
            begun = List.of(job);
            return job;
        }

        private void requireReady() {
            if (!begun.isEmpty() && !begun.get(0).hasEnded()) {
                throw new NativeException(
                        "Core ML shim: the prediction is being made; await its job first");
            }
            for (int i = 0; i < arrays.size(); i++) {
                arrays.get(i).requireAlive();
            }
        }

        private void run(MemorySegment state) {
            requireReady();
            ShimCall.check(
                    PropaneShim.propane_model_predict(
                            handle.open(),
                            state,
                            inputs,
                            inputCount,
                            outputs,
                            outputCount,
                            copied,
                            error),
                    error);
        }

        /**
         * Returns whether Core ML wrote an output of the last prediction elsewhere, from where the
         * shim copied it.
         *
         * @param output its place among the outputs
         */
        public boolean wasCopied(int output) {
            return copied.getAtIndex(ValueLayout.JAVA_INT, output) != 0;
        }
    }
}
