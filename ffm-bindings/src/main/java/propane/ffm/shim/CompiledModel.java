package propane.ffm.shim;

import propane.ffm.NativeException;
import propane.ffm.raw.shim.PropaneShim;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A package that Core ML has compiled, in the user's cache; only of such a one does it tell where
 * it would run what.
 *
 * @param path the .mlmodelc
 */
public record CompiledModel(Path path) {
    /**
     * Compiles a package, or finds it in the cache.
     *
     * @param limit how long it may take; zero for as long as it takes
     * @throws NativeException if the shim is not available, or cannot compile it; with Core ML's
     *     domain, code and text
     */
    public static CompiledModel compile(Path mlpackage, Duration limit) {
        Shim.require();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(mlpackage.toAbsolutePath().toString());
            String compiled =
                    ShimCall.text((out, error) ->
                            PropaneShim.propane_compile(
                                    path, MemorySegment.NULL, limit.toMillis(), out, error));
            return new CompiledModel(Path.of(compiled));
        }
    }

    /**
     * Returns where Core ML would run each operation of a function, as JSON: for each its operator,
     * the devices that support it and the preferred one.
     *
     * @param function the function's name, or empty for the default one
     * @throws NativeException if Core ML does not tell
     */
    public String plan(String function, ShimModel.Units units, Duration limit) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment compiled = arena.allocateFrom(path.toString());
            MemorySegment name =
                    function.isEmpty() ? MemorySegment.NULL : arena.allocateFrom(function);
            return ShimCall.text((out, error) ->
                    PropaneShim.propane_plan(
                            compiled, name, units.code(), limit.toMillis(), out, error));
        }
    }

    /**
     * Begins to train this, which must be an updatable model, by Core ML's own update task.
     *
     * @param units which processors it may use
     * @param parameters the task's parameters as JSON, for example {@code {"epochs": 2}}, or empty
     * @param features every training input, with one more axis of length samples in front; the
     *     memory must live until the job has ended
     * @param samples how many examples there are
     * @param written where the trained .mlmodelc goes; replaced if there
     * @param progress hears how it goes
     * @throws NativeException if it cannot begin; with Core ML's domain, code and text
     */
    public ShimJob update(
            ShimModel.Units units,
            String parameters,
            List<ShimArray> features,
            long samples,
            Path written,
            ShimProgress progress) {
        Shim.require();
        features.forEach(ShimArray::requireAlive);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment compiled = arena.allocateFrom(path.toAbsolutePath().toString());
            MemorySegment options =
                    parameters.isEmpty() ? MemorySegment.NULL : arena.allocateFrom(parameters);
            MemorySegment list = ShimArray.list(features, arena);
            MemorySegment target = arena.allocateFrom(written.toAbsolutePath().toString());
            return ShimJob.begin(
                    List.copyOf(features),
                    progress,
                    (done, hears, user, job, error) ->
                            PropaneShim.propane_update(
                                    compiled,
                                    units.code(),
                                    options,
                                    list,
                                    features.size(),
                                    samples,
                                    target,
                                    hears,
                                    done,
                                    user,
                                    job,
                                    error));
        }
    }
}
