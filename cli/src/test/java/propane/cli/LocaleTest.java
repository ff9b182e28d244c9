package propane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Numbers and texts are written the same under every locale: whatever formats names {@code
 * Locale.ROOT}. Held over the constants of all our classes, so that a method reference counts, too.
 */
final class LocaleTest {
    private static final String ANY = "\\(.*";

    /** What asks for the default locale: owner, name and type of a method. */
    private static final Pattern ASKS =
            Pattern.compile(
                    String.join(
                            "|",
                            "java/lang/String\\.formatted" + ANY,
                            "java/lang/String\\.format\\(Ljava/lang/String;" + ANY,
                            "java/lang/String\\.to(Upper|Lower)Case\\(\\).*",
                            "java/(io|nio|lang)/\\w+\\.(printf|format|readLine|readPassword)"
                                    + "\\(Ljava/lang/String;\\[.*",
                            "java/util/Formatter\\.<init>\\((?!.*Ljava/util/Locale;).*",
                            "java/util/Scanner\\.<init>" + ANY,
                            "java/util/Locale\\.getDefault" + ANY,
                            "java/text/\\w+\\.(<init>|get\\w*Instance|format)"
                                    + "\\((?!.*Ljava/util/Locale;).*",
                            "java/time/format/DateTimeFormatter\\.of\\w+"
                                    + "\\((?!.*Ljava/util/Locale;).*"));

    private static final Pattern ASKS_IN_SOURCE =
            Pattern.compile(
                    "\\.formatted\\(|\\.to(Upper|Lower)Case\\(\\)"
                            + "|(String\\.format|printf)\\((?!\\s*Locale\\.ROOT)");

    private static final String SCRIPT =
            """
            var sums = model(input(40), sequential(dense(30), relu(), dense(1)))
            System.out.println(sums.summary())
            var training = training(sums).loss(meanSquaredError()).optimizer(sgd(0.01)).batch(2)
            try (var trainer = training.compile()) {
                var data = Dataset.of(new float[2][40], new float[2][1]);
                trainer.fit(data, epochs(1), progress());
                System.out.println(trainer.evaluate(data));
                System.out.println(trainer.estimate().text());
                trainer.export(Path.of(args[0]));
            }
            """;

    @TempDir private Path folder;
    private final Locale ours = Locale.getDefault();

    @AfterEach
    void setBack() {
        Locale.setDefault(ours);
    }

    @Test
    void nothingOfOursAsksForTheDefaultLocale() throws IOException {
        var asking = new TreeSet<String>();
        int classes = 0;
        for (String module : List.of("ffm-bindings", "dsl", "resolver", "cli")) {
            for (Path file : below(Path.of("..", module, "target", "classes"), ".class")) {
                var type = ClassFile.of().parse(file);
                String name = type.thisClass().asInternalName();
                if (name.startsWith("propane/ffm/raw/")) {
                    // Made by jextract: a trace of calls that nobody turns on.
                    continue;
                }
                classes++;
                type.constantPool()
                        .forEach(entry -> {
                            if (entry instanceof MemberRefEntry member && asks(member)) {
                                asking.add(name + " calls " + text(member));
                            }
                        });
            }
        }
        assertThat(asking).as("what formats without Locale.ROOT").isEmpty();
        assertThat(classes).isGreaterThan(500);
    }

    @Test
    void programsOfOursNameTheLocale() throws IOException {
        for (String shown : List.of("examples", "benchmarks")) {
            for (Path file : below(Path.of("..", shown), ".java")) {
                if (!file.toString().contains("src")) {
                    assertThat(ASKS_IN_SOURCE.matcher(Files.readString(file)).results())
                            .as(file.toString())
                            .isEmpty();
                }
            }
        }
    }

    private static List<Path> below(Path folder, String ending) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(ending)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean asks(MemberRefEntry member) {
        return ASKS.matcher(text(member)).matches();
    }

    private static String text(MemberRefEntry member) {
        return member.owner().asInternalName() + "." + member.name() + member.type();
    }

    @Test
    void whatIsPrintedIsTheSameUnderEveryLocale() throws IOException {
        String expected = printed(Locale.ROOT);
        for (String tag : List.of("de-DE", "ar-EG-u-nu-arab")) {
            assertThat(printed(Locale.forLanguageTag(tag))).as(tag).isEqualTo(expected);
        }
        assertThat(expected).contains("trainable #,# of #,# weights", "loss #.#");
    }

    /** Returns what a training and the commands print under a locale, each number as a sign. */
    private String printed(Locale locale) throws IOException {
        Locale.setDefault(locale);
        String written = folder.resolve("Sums.mlpackage").toString();
        Run run = Run.program(folder.resolve("sums.jsh"), SCRIPT, written);
        assertThat(run.code()).as(run.err()).isZero();
        var text = new StringBuilder(run.out());
        for (String command : List.of("describe", "lint", "estimate")) {
            text.append(Run.command(command, written).out());
        }
        // How fast it went is another number each time, with a comma or without.
        return text.toString()
                .replaceAll("[0-9,]+ samples/s", "samples/s")
                .replaceAll("[0-9]+", "#");
    }
}
