package propane.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What a command did.
 *
 * @param code the exit code
 * @param out what it printed
 * @param err what it said on the error stream
 */
record Run(int code, String out, String err) {
    /** Writes a program and runs it by the command {@code run}. */
    static Run program(Path file, String source, String... arguments) throws IOException {
        Files.writeString(file, source);
        String[] all = new String[arguments.length + 2];
        all[0] = "run";
        all[1] = file.toString();
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return command(all);
    }

    /** Runs a program that comes over standard input. */
    static Run standardInput(String source, String... arguments) {
        return withInput(
                source,
                Stream.concat(Stream.of("run", "-"), Stream.of(arguments)).toArray(String[]::new));
    }

    /** Runs a command that reads a text from standard input. */
    static Run withInput(String text, String... command) {
        InputStream in = System.in;
        System.setIn(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        try {
            return command(command);
        } finally {
            System.setIn(in);
        }
    }

    static Run command(String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        var printed = new ByteArrayOutputStream();
        var said = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            int code = Main.execute(arguments);
            return new Run(
                    code,
                    printed.toString(StandardCharsets.UTF_8),
                    said.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }
}
