package propane.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The text of a program, read once: of a file, or of standard input.
 *
 * @param file the file; for standard input one of that name in the current folder, which is not
 *     there
 * @param shown how errors name it, in one line
 * @param text without the byte order mark that editors on Windows begin files with
 * @param standardInput whether it came over standard input
 */
record ProgramSource(Path file, String shown, String text, boolean standardInput) {
    /** The file name that stands for standard input. */
    static final String STANDARD_INPUT = "-";

    private static final String MARK = "\ufeff";

    /** Far above what a person writes: what is larger is no program. */
    private static final int MOST_BYTES = 16 << 20;

    /**
     * Reads a program.
     *
     * @throws ProgramException if there is no such file, or it cannot be read, or is no text
     */
    static ProgramSource of(Path file) {
        String shown = shown(file);
        if (Files.isDirectory(file)) {
            throw new ProgramException(shown + ": is a folder; run takes a .java or a .jsh file");
        }
        if (!Files.exists(file)) {
            throw new ProgramException(shown + ": no such file; run takes a .java or a .jsh file");
        }
        if (!Files.isRegularFile(file)) {
            throw new ProgramException(
                    shown
                            + ": is no regular file; a program that comes over a pipe is run by:"
                            + " run "
                            + STANDARD_INPUT);
        }
        try (InputStream in = Files.newInputStream(file)) {
            return new ProgramSource(file, shown, text(shown, in), false);
        } catch (IOException e) {
            throw new ProgramException(shown + ": cannot be read: " + reason(e), e);
        }
    }

    /**
     * Reads a program from a stream to its end.
     *
     * @throws ProgramException if the stream cannot be read, or holds no text
     */
    static ProgramSource ofStandardInput(InputStream in) {
        String shown = "standard input";
        try {
            // The compiler names the class after the file.
            return new ProgramSource(Path.of("StandardInput.java"), shown, text(shown, in), true);
        } catch (IOException e) {
            throw new ProgramException(shown + ": cannot be read: " + reason(e), e);
        }
    }

    private static String text(String shown, InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(MOST_BYTES + 1);
        if (bytes.length > MOST_BYTES) {
            throw new ProgramException(
                    shown + ": is larger than " + (MOST_BYTES >> 20) + " MB, so it is no program");
        }
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return text.startsWith(MARK) ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw new ProgramException(shown + ": is no text in UTF-8", e);
        }
    }

    /** Returns a path as errors name it: in one line, whatever characters a file's name has. */
    static String shown(Path file) {
        return shown(file.toString());
    }

    /** Returns a text in one line. */
    static String shown(String text) {
        var line = new StringBuilder();
        text.codePoints()
                .forEach(c -> {
                    if (c == '\n') {
                        line.append("\\n");
                    } else if (Character.isISOControl(c)) {
                        line.append("\\u00").append(Integer.toHexString(0x100 | c).substring(1));
                    } else {
                        line.appendCodePoint(c);
                    }
                });
        return line.toString();
    }

    /** Returns why a file could not be read or written, in words. */
    static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        return e instanceof FileSystemException failed && failed.getReason() != null
                ? failed.getReason()
                : String.valueOf(e.getMessage());
    }

    /** Returns the absolute folder beside which the program's other files lie. */
    Path folder() {
        return file.toAbsolutePath().normalize().getParent();
    }
}
