package propane.spi.pass;

import propane.spi.Program;
import propane.spi.Verifier;

import java.util.List;

/**
 * Passes in the order in which they are applied, each followed by the {@link Verifier}.
 *
 * @param ordered the passes
 */
public record Passes(List<Pass> ordered) {
    /** Copies the list. */
    public Passes {
        ordered = List.copyOf(ordered);
    }

    /** Returns the passes that suit every device. */
    public static Passes standard() {
        return new Passes(
                List.of(
                        new ConstantFolding(),
                        new Simplify(),
                        new TransposeFolding(),
                        new CommonSubexpressions()));
    }

    /** Returns the function of a program that all passes leave. */
    public Program.Function apply(Program.Function function) {
        Program.Function changed = function;
        for (Pass pass : ordered) {
            changed = Verifier.verify(pass.apply(changed), pass.name());
        }
        return changed;
    }

    /** Returns the program that all passes leave. */
    public Program apply(Program program) {
        return program.map(this::apply);
    }
}
