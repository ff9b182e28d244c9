package propane.attack;

import propane.tensor.PropaneException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * Programs and scripts, run as the command {@code propane run} does. None has a loop, so that none
 * can go on for ever.
 */
final class ScriptKinds implements Fuzzed {
    private static final String STATEMENTS =
            """
            record Point(int x, float y) {}
            int twice(int a) { return 2 * a; }
            var p = new Point(twice(3), 1.5f);
            String text = "a \\t b" + p.x() + 'c' + twice(twice(2));
            Object[] all = {p, text, Shape.shape(2, 3), List.of(1, 2), 0x1F, 1e-3, true};
            """;

    private static final List<String> HOSTILE =
            List.of(
                    "{",
                    "}",
                    "(",
                    ")",
                    "\"",
                    "'",
                    "\"\"\"",
                    ";",
                    "\\u",
                    "\\",
                    "return",
                    "import",
                    "class",
                    "record",
                    "static",
                    "null",
                    "int",
                    "var",
                    "->",
                    "::",
                    "@",
                    "switch",
                    "case",
                    "yield",
                    "throw",
                    "/*",
                    "*/",
                    "//",
                    "/exit 3",
                    "\n/list\n",
                    "#!",
                    "\0",
                    "\uFEFF",
                    "é",
                    "𝔘",
                    "99999999999999999999",
                    "<",
                    ">>>",
                    "...",
                    "non-sealed",
                    "module propane",
                    "package a.b;");

    /** What takes the compilers a second each. */
    private static final List<String> HEAVY =
            List.of("(".repeat(2_500), "1+".repeat(3_000) + "1", "x".repeat(70_000));

    private final boolean isScript;
    private final Path input;
    private final Method execute;

    ScriptKinds(Path input) throws ReflectiveOperationException {
        this.input = input;
        this.isScript = input.toString().endsWith(".jsh");
        // The command line is a module above this one.
        this.execute =
                Class.forName("propane.cli.Main").getDeclaredMethod("execute", String[].class);
        execute.setAccessible(true);
    }

    @Override
    public String kind() {
        return isScript ? "jsh" : "java";
    }

    @Override
    public Path input() {
        return input;
    }

    @Override
    public void change(Random random) throws IOException {
        var changes = new Changes(random);
        String declared = STATEMENTS.lines().limit(2).reduce("", (a, b) -> a + b + "\n");
        String rest = STATEMENTS.substring(declared.length());
        String whole =
                isScript
                        ? STATEMENTS
                        : "import module propane;\n" + declared + "void main() {\n" + rest + "}\n";
        // Most changes end it at once; some only make it another program.
        String number = changes.oneOf("0", "1", "3", "0x7fffffff", "(int) 1e9", "-1");
        Files.write(
                input,
                random.nextInt(8) == 0
                        ? whole.replace("2", number).getBytes(StandardCharsets.UTF_8)
                        : changes.encoded(
                                changes.text(whole, random.nextInt(25) == 0 ? HEAVY : HOSTILE)));
    }

    @Override
    public void read() {
        PrintStream out = System.out;
        PrintStream err = System.err;
        var said = new ByteArrayOutputStream();
        var printed = new PrintStream(said, true, StandardCharsets.UTF_8);
        System.setErr(printed);
        System.setOut(printed);
        int code;
        try {
            code = (int) execute.invoke(null, (Object) new String[] {"run", input.toString()});
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            System.setErr(err);
            System.setOut(out);
        }
        String text = said.toString(StandardCharsets.UTF_8);
        boolean isTold =
                code == 1
                        && text.contains(String.valueOf(input.getFileName()))
                        && !text.contains("\n\tat ")
                        && !text.contains("file a bug");
        if (isTold) {
            throw new PropaneException(text);
        }
        if (code != 0 && !(isScript && text.isEmpty())) {
            throw new IllegalStateException("code " + code + ": " + text);
        }
    }
}
