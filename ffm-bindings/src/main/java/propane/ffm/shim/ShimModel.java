package propane.ffm.shim;

import propane.ffm.NativeException;
import propane.ffm.NativeTimeoutException;
import propane.ffm.Occupancy;
import propane.ffm.Refusal;
import propane.ffm.raw.shim.PropaneShim;
import propane.ffm.raw.shim.propane_error;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Cleaner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * A model that Core ML has loaded. Closing it waits for the calls that run and frees it; one that
 * is forgotten is freed when it is collected. Calls on a closed model throw.
 */
public final class ShimModel implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();

    private final ShimHandle handle;
    private final Cleaner.Cleanable cleanable;

    private ShimModel(MemorySegment pointer) {
        this.handle = new ShimHandle("the model", pointer, PropaneShim::propane_model_release);
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
        return handle.during(
                "describe",
                model ->
                        ShimCall.text((out, error) ->
                                PropaneShim.propane_model_describe(model, out, error)));
    }

    /**
     * Prepares a prediction over fixed memory, so that it can be made again and again without
     * allocating.
     */
    public Prediction prediction(List<ShimArray> inputs, List<ShimArray> outputs) {
        handle.requireOpen("prediction");
        return new Prediction(this, inputs, outputs);
    }

    /**
     * Makes a state for the model.
     *
     * @throws NativeException if the model has none
     */
    public ShimState state() {
        return new ShimState(
                handle.during(
                        "state",
                        model ->
                                ShimCall.pointer((out, error) ->
                                        PropaneShim.propane_state_create(model, out, error))));
    }

    /** Frees the model after the calls that run; a second call does nothing. */
    @Override
    public void close() {
        cleanable.clean();
    }

    /** A prediction over fixed memory; one at a time is made. */
    public static final class Prediction {
        private final Occupancy use =
                Occupancy.ofSeveral(
                        new Refusal(
                                "Core ML shim: the prediction",
                                "prepare a prediction for each thread",
                                "prepare another one",
                                NativeException::new),
                        1);
        private final Arena arena = Arena.ofAuto();
        // A model that nobody closed lives as long as its predictions.
        private final ShimModel model;
        private final MemorySegment inputs;
        private final MemorySegment outputs;
        private final MemorySegment copied;
        private final MemorySegment error;
        private final int inputCount;
        private final int outputCount;
        // The arrays' memory stays reachable as long as their addresses are in use.
        private final List<ShimArray> arrays;
        private final ShimHandle[] kept;
        private final int[] seats;
        // The job that was begun last, if one was.
        private List<ShimJob> begun = List.of();

        private Prediction(ShimModel model, List<ShimArray> in, List<ShimArray> out) {
            this.model = model;
            this.inputs = ShimArray.list(in, arena);
            this.outputs = ShimArray.list(out, arena);
            this.copied = arena.allocate(ValueLayout.JAVA_INT, Math.max(1, out.size()));
            this.error = propane_error.allocate(arena);
            this.inputCount = in.size();
            this.outputCount = out.size();
            this.arrays = Stream.concat(in.stream(), out.stream()).toList();
            this.kept =
                    Stream.concat(
                                    Stream.of(model.handle),
                                    arrays.stream()
                                            .flatMap(array -> array.surface().stream())
                                            .map(ShimSurface::handle))
                            .toArray(ShimHandle[]::new);
            this.seats = new int[kept.length];
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
            int seat = state.handle().enter("predict");
            try {
                run(state.handle().pointer());
            } finally {
                state.handle().leave(seat);
            }
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
            return state.handle().during("predict", this::begin);
        }

        private ShimJob begin(MemorySegment state) {
            int mine = use.enter("begin");
            try {
                requireReady();
                keep();
                try {
                    ShimJob job =
                            ShimJob.begin(
                                    this,
                                    ShimProgress.NONE,
                                    (done, _, user, out, failure) ->
                                            PropaneShim.propane_model_predict_async(
                                                    model.handle.pointer(),
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
                } finally {
                    letGo(kept.length);
                }
            } finally {
                use.leave(mine);
            }
        }

        /** Keeps model and surfaces from being released. */
        private void keep() {
            for (int i = 0; i < kept.length; i++) {
                try {
                    seats[i] = kept[i].enter("predict");
                } catch (RuntimeException e) {
                    letGo(i);
                    throw e;
                }
            }
        }

        private void letGo(int count) {
            for (int i = 0; i < count; i++) {
                kept[i].leave(seats[i]);
            }
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
            int mine = use.enter("predict");
            try {
                requireReady();
                keep();
                try {
                    ShimCall.check(
                            PropaneShim.propane_model_predict(
                                    model.handle.pointer(),
                                    state,
                                    inputs,
                                    inputCount,
                                    outputs,
                                    outputCount,
                                    copied,
                                    error),
                            error);
                } finally {
                    letGo(kept.length);
                }
            } finally {
                use.leave(mine);
            }
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
