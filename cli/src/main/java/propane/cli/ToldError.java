package propane.cli;

import propane.json.Json;
import propane.tensor.FormatException;
import propane.tensor.Problem.Operand;
import propane.tensor.PropaneException;

/**
 * What tools are told of an error: one object in one line, all of whose members are there whatever
 * the error is.
 *
 * @param error the name of its type
 * @param rule what went wrong
 * @param where the line, if the error's own parts do not tell one
 * @param parts the rest
 */
record ToldError(String error, String rule, String where, PropaneException parts) {
    static ToldError of(Throwable error) {
        if (error instanceof ProgramException program) {
            return switch (program.getCause()) {
                case PropaneException own -> of(own, program.where());
                case Throwable thrown ->
                        new ToldError(name(thrown), program.said(), program.where(), program);
                case null -> new ToldError(name(program), program.said(), program.where(), program);
            };
        }
        if (error instanceof PropaneException own) {
            return of(own, "");
        }
        return new ToldError(name(error), error.toString(), "", new ProgramException(""));
    }

    /**
     * Returns what is told of an error of Propane's; where no line is known, a file is the place.
     */
    private static ToldError of(PropaneException own, String where) {
        return own instanceof FormatException file && where.isEmpty()
                ? new ToldError(name(file), file.problem().rule(), file.where(), file)
                : new ToldError(name(own), own.rule(), where, own);
    }

    private static String name(Throwable error) {
        return error instanceof PropaneException
                ? error.getClass().getSimpleName()
                : error.getClass().getName();
    }

    Json json() {
        return Json.object()
                .with("error", error)
                .with("rule", rule)
                .with("place", parts.place().isEmpty() ? where : parts.place())
                .with("layer", parts.layer())
                .with(
                        "operands",
                        new Json.Items(parts.operands().stream().map(ToldError::json).toList()))
                .with("fix", parts.fix());
    }

    private static Json json(Operand operand) {
        return Json.object()
                .with("name", operand.name())
                .with("type", operand.type())
                .with("origin", operand.origin());
    }
}
