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
                case PropaneException own ->
                        new ToldError(name(own), own.rule(), program.where(), own);
                case Throwable thrown ->
                        new ToldError(name(thrown), program.said(), program.where(), program);
                case null -> new ToldError(name(program), program.said(), program.where(), program);
            };
        }
        if (error instanceof FormatException file) {
            return new ToldError(name(file), file.problem().rule(), file.where(), file);
        }
        if (error instanceof PropaneException own) {
            return new ToldError(name(own), own.rule(), "", own);
        }
        return new ToldError(name(error), error.toString(), "", new ProgramException(""));
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
