package propane.cli;

import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.Completeness;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A jshell script cut into what is evaluated at once. Statements need no semicolon, so the text is
 * fed line by line, as jshell does; a line that begins with a dot goes on with the one before.
 *
 * @param parts in their order
 * @param exitCode what {@code /exit} asks for, else 0
 */
record ScriptText(List<Part> parts, int exitCode) {
    private static final Pattern COMMAND = Pattern.compile("\\s*/(?![/*])(\\w*)\\s*(\\S*)\\s*");
    private static final Pattern GOES_ON =
            Pattern.compile("\\s*(\\.|else\\b|catch\\b|finally\\b).*");

    /**
     * One declaration, import or statement.
     *
     * @param source its text, with the comments before it
     * @param line where it begins, from 1
     * @param wellFormed whether its syntax is right, as far as JShell can tell
     */
    record Part(String source, int line, boolean wellFormed) {
        /** Returns the line in the file of an offset into the text. */
        int lineAt(long offset) {
            int end = Math.clamp(offset, 0, source.length());
            return line + lines(source.substring(0, end));
        }
    }

    private static int lines(String text) {
        return (int) text.chars().filter(c -> c == '\n').count();
    }

    /**
     * Cuts a script.
     *
     * @throws ProgramException if it holds a command other than {@code /exit}, ends in the middle
     *     of a statement, or has what JShell fails on
     */
    static ScriptText of(ProgramSource source, SourceCodeAnalysis analysis) {
        String file = source.shown();
        List<String> lines = source.text().lines().toList();
        List<Part> parts = new ArrayList<>();
        var pending = new StringBuilder();
        int begun = 1;
        for (int number = 1; number <= lines.size(); number++) {
            String line = lines.get(number - 1);
            if (pending.isEmpty()) {
                begun = number;
                if (line.isBlank() || number == 1 && line.startsWith("#!")) {
                    continue;
                }
                Matcher command = COMMAND.matcher(line);
                if (command.matches()) {
                    return new ScriptText(parts, exit(file, number, command));
                }
            }
            pending.append(line).append('\n');
            if (number < lines.size() && GOES_ON.matcher(lines.get(number)).matches()) {
                continue;
            }
            int from = begun;
            begun =
                    CompilerFailure.guard(
                            file + ":" + from, () -> cut(pending, from, analysis, parts));
        }
        if (!pending.isEmpty()
                && analysis.analyzeCompletion(pending.toString()).completeness()
                        != Completeness.EMPTY) {
            throw new ProgramException(
                    file + ":" + begun, "the script ends before what begins here does");
        }
        return new ScriptText(parts, 0);
    }

    /** Takes what is complete from the pending text; returns the line on which the rest begins. */
    private static int cut(
            StringBuilder pending, int begun, SourceCodeAnalysis analysis, List<Part> parts) {
        int line = begun;
        while (!pending.isEmpty()) {
            var found = analysis.analyzeCompletion(pending.toString());
            if (!found.completeness().isComplete()) {
                return line;
            }
            var part = new Part(found.source(), line, found.completeness() != Completeness.UNKNOWN);
            parts.add(part);
            String rest = found.remaining().stripLeading();
            line += lines(pending.substring(0, pending.length() - rest.length()));
            pending.replace(0, pending.length(), rest);
        }
        return line;
    }

    private static int exit(String file, int line, Matcher command) {
        if (!command.group(1).equals("exit") || !command.group(2).matches("\\d{0,3}")) {
            throw new ProgramException(
                    file + ":" + line,
                    command.group().strip()
                            + " is a command of the interactive shell; a script knows /exit and"
                            + " /exit CODE only");
        }
        return command.group(2).isEmpty() ? 0 : Integer.parseInt(command.group(2));
    }
}
