package propane.cli;

import static jdk.jshell.Snippet.SubKind.TEMP_VAR_EXPRESSION_SUBKIND;

import jdk.jshell.DeclarationSnippet;
import jdk.jshell.Diag;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.PersistentSnippet;
import jdk.jshell.Snippet;
import jdk.jshell.Snippet.Status;
import jdk.jshell.SnippetEvent;
import jdk.jshell.UnresolvedReferenceException;

import propane.tensor.PropaneException;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A jshell script, run in this process. The first error stops it, whether it is one of syntax, a
 * name that nothing declares, or one thrown; jshell itself would go on.
 */
final class ShellScript implements AutoCloseable {
    private static final Set<Status> UNRESOLVED =
            Set.of(Status.RECOVERABLE_DEFINED, Status.RECOVERABLE_NOT_DEFINED);

    private static final Pattern SNIPPET = Pattern.compile("#(\\w+)");

    private static final Pattern COMPILES = Pattern.compile("\\.\\s*compile\\s*\\(");

    private final ProgramSource source;
    private final ScriptExecution execution = new ScriptExecution();
    private final JShell shell;
    private final Map<String, ScriptText.Part> places = new HashMap<>();
    private boolean stopped;

    ShellScript(ProgramSource source, List<String> arguments, ClassPath libraries) {
        this.source = source;
        this.shell = quietly(() -> opened(execution, arguments, libraries));
    }

    private static JShell opened(
            ScriptExecution execution, List<String> arguments, ClassPath libraries) {
        JShell shell =
                JShell.builder()
                        .executionEngine(execution, Map.of())
                        .compilerOptions(UserModules.options().toArray(String[]::new))
                        .build();
        if (!libraries.isEmpty()) {
            shell.addToClasspath(libraries.text());
        }
        Imports.statements().forEach(statement -> declare(shell, statement));
        declare(
                shell,
                arguments.stream()
                        .map(ShellScript::literal)
                        .collect(Collectors.joining(", ", "String[] args = {", "};")));
        return shell;
    }

    /** The compiler that fails on a script would print a report; what to know of it is thrown. */
    private static <T> T quietly(Supplier<T> work) {
        PrintStream errors = System.err;
        System.setErr(new PrintStream(OutputStream.nullOutputStream()));
        try {
            return work.get();
        } finally {
            System.setErr(errors);
        }
    }

    /**
     * Runs the script to its end or to its {@code /exit}.
     *
     * @return the exit code that the script asks for, else 0
     * @throws ProgramException with {@code file:line: text} for the first error
     */
    int run() {
        ScriptText text = quietly(this::parsed);
        for (int i = 0; i < text.parts().size(); i++) {
            ScriptText.Part part = text.parts().get(i);
            var later = text.parts().subList(i + 1, text.parts().size());
            if (!stopped) {
                guard(part, () -> evaluate(part, later));
            } else if (goesOn(part)) {
                evaluateAfterStop(part, later);
            }
        }
        if (stopped) {
            return 0;
        }
        shell.snippets()
                .filter(snippet -> UNRESOLVED.contains(shell.status(snippet)))
                .forEach(snippet -> {
                    throw unresolved((DeclarationSnippet) snippet);
                });
        return text.exitCode();
    }

    private ScriptText parsed() {
        var text = ScriptText.of(source, shell.sourceCodeAnalysis());
        for (ScriptText.Part part : text.parts()) {
            guard(part, () -> requireSyntax(part));
        }
        return text;
    }

    /** Ends the script's JShell. */
    @Override
    public void close() {
        shell.close();
    }

    /** Tells whether a part may lead to further trainings, and changes nothing but the script. */
    private boolean goesOn(ScriptText.Part part) {
        return COMPILES.matcher(part.source()).find()
                || shell.sourceCodeAnalysis().sourceToSnippets(part.source()).stream()
                        .allMatch(snippet ->
                                snippet instanceof PersistentSnippet
                                        && snippet.subKind() != TEMP_VAR_EXPRESSION_SUBKIND);
    }

    private void evaluateAfterStop(ScriptText.Part part, List<ScriptText.Part> later) {
        try {
            guard(part, () -> evaluate(part, later));
        } catch (ProgramException e) {
            // It needs what was left out.
            return;
        }
    }

    private void guard(ScriptText.Part part, Runnable work) {
        CompilerFailure.guard(
                source.shown() + ":" + part.line(),
                () -> {
                    work.run();
                    return part;
                });
    }

    private static void declare(JShell shell, String source) {
        for (SnippetEvent event : shell.eval(source)) {
            if (event.status() != Status.VALID) {
                throw new IllegalStateException(source + " " + diagnostics(shell, event.snippet()));
            }
        }
    }

    /** Finds errors of syntax before anything runs: JShell evaluates nothing that is erroneous. */
    private void requireSyntax(ScriptText.Part part) {
        if (!part.wellFormed()
                && shell.sourceCodeAnalysis().sourceToSnippets(part.source()).stream()
                        .anyMatch(snippet -> snippet.kind() == Snippet.Kind.ERRONEOUS)) {
            throw rejected(part, shell.eval(part.source()).getFirst().snippet());
        }
    }

    private void evaluate(ScriptText.Part part, List<ScriptText.Part> later) {
        for (SnippetEvent event : shell.eval(part.source())) {
            Snippet snippet = event.snippet();
            if (event.causeSnippet() != null) {
                continue;
            }
            places.put(snippet.id(), part);
            if (event.status() == Status.REJECTED) {
                throw rejected(part, snippet);
            }
            if (UNRESOLVED.contains(event.status())
                    && snippet instanceof DeclarationSnippet declaration
                    && !declares(later, declaration)) {
                throw unresolved(declaration);
            }
            if (event.exception() != null && !isStop(part, event.exception())) {
                throw thrown(part, event.exception());
            }
        }
    }

    /** Tells whether the rest of the script declares a name that a declaration lacks. */
    private boolean declares(List<ScriptText.Part> later, DeclarationSnippet lacking) {
        Set<String> names = lacks(lacking).map(ShellScript::name).collect(Collectors.toSet());
        return later.stream()
                .flatMap(
                        part -> shell.sourceCodeAnalysis().sourceToSnippets(part.source()).stream())
                .anyMatch(snippet ->
                        snippet instanceof PersistentSnippet declared
                                && names.contains(declared.name()));
    }

    private Stream<String> lacks(DeclarationSnippet snippet) {
        return shell.unresolvedDependencies(snippet);
    }

    /** Returns the bare name in a text such as {@code method mean(double)}. */
    private static String name(String dependency) {
        return dependency.replaceFirst("^\\w+ ", "").replaceFirst("\\(.*", "");
    }

    private ProgramException unresolved(DeclarationSnippet snippet) {
        ScriptText.Part part = places.get(snippet.id());
        List<String> lacking = lacks(snippet).toList();
        if (lacking.isEmpty()) {
            return rejected(part, snippet);
        }
        Matcher use =
                Pattern.compile("\\b" + Pattern.quote(name(lacking.getFirst())) + "\\b")
                        .matcher(part.source());
        int line = use.find() ? part.lineAt(use.start()) : part.line();
        return at(line, "cannot find " + String.join(", ", lacking));
    }

    private ProgramException rejected(ScriptText.Part part, Snippet snippet) {
        int line =
                shell.diagnostics(snippet)
                        .filter(Diag::isError)
                        .mapToInt(problem -> part.lineAt(problem.getPosition()))
                        .findFirst()
                        .orElse(part.line());
        return at(line, diagnostics(shell, snippet));
    }

    private static String diagnostics(JShell shell, Snippet snippet) {
        return shell.diagnostics(snippet)
                .filter(Diag::isError)
                .map(problem -> problem.getMessage(Locale.ROOT).strip().replace("\n", "\n  "))
                .collect(Collectors.joining("\n  "));
    }

    /** Tells whether a training was only to be estimated, where this would compile it. */
    private boolean isStop(ScriptText.Part part, Exception exception) {
        var stops =
                exception instanceof EvalException
                        ? ProgramStop.behind(execution.thrown())
                        : List.<ProgramStop>of();
        stops.forEach(stop -> stop.at(place(part, exception)));
        stopped |= !stops.isEmpty();
        return !stops.isEmpty();
    }

    private ProgramException thrown(ScriptText.Part part, Exception exception) {
        if (exception instanceof UnresolvedReferenceException unresolved) {
            return unresolved(unresolved.getSnippet());
        }
        Throwable cause = exception instanceof EvalException ? execution.thrown() : exception;
        String place = place(part, exception);
        return cause instanceof PropaneException own
                ? new ProgramException(place, own)
                : new ProgramException(place, cause.toString(), cause);
    }

    /** Returns the innermost line of the script that an exception comes from. */
    private String place(ScriptText.Part part, Exception exception) {
        for (StackTraceElement frame : exception.getStackTrace()) {
            Matcher snippet = SNIPPET.matcher(String.valueOf(frame.getFileName()));
            if (snippet.matches() && places.containsKey(snippet.group(1))) {
                int line = places.get(snippet.group(1)).line() + frame.getLineNumber() - 1;
                return source.shown() + ":" + line;
            }
        }
        return source.shown() + ":" + part.line();
    }

    private ProgramException at(int line, String text) {
        return new ProgramException(source.shown() + ":" + line, text);
    }

    private static String literal(String text) {
        return '"'
                + text.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r")
                + '"';
    }
}
