package propane.ffm.shim;

import propane.ffm.NativeException;
import propane.ffm.raw.shim.PropaneShim;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;

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
}
