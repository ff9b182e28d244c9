package propane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.tensor.Tensor;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

final class ImportsTest {
    @Test
    void theWordsAreTypesThatTheModuleExports() throws ClassNotFoundException {
        Set<String> exported =
                Tensor.class.getModule().getDescriptor().exports().stream()
                        .map(ModuleDescriptor.Exports::source)
                        .collect(Collectors.toSet());
        for (String word : Imports.WORDS) {
            assertThat(exported).contains(Class.forName(word).getPackageName());
        }
        assertThat(Imports.WORDS).isSorted().doesNotHaveDuplicates();
    }

    /** {@code of} and what enums have are said with their types. */
    private static final Set<String> NO_WORDS = Set.of("of", "valueOf", "values");

    @Test
    void noTwoWordsAreSpelledTheSameUnlessItIsSettled() throws ClassNotFoundException {
        List<String> seen = new ArrayList<>();
        for (String word : Imports.WORDS) {
            Set<String> own = new TreeSet<>();
            for (Method method : Class.forName(word).getMethods()) {
                boolean isSettled =
                        Imports.SETTLED.stream()
                                .anyMatch(each -> each.contains(" " + method.getName() + "("));
                if (Modifier.isStatic(method.getModifiers())
                        && !isSettled
                        && !NO_WORDS.contains(method.getName())) {
                    own.add(method.getName() + Arrays.toString(method.getParameterTypes()));
                }
            }
            seen.addAll(own);
        }
        assertThat(seen).doesNotHaveDuplicates();
    }

    /** Whatever the page of all words shows a user may write as it stands there. */
    @Test
    void settingsThatStandBesideTheirFactoriesAreImported(@TempDir Path folder) throws IOException {
        var run =
                Run.program(
                        folder.resolve("script.jsh"),
                        """
                        var first = List.of(
                                zeros(), normal(0.1), uniform(0.1), glorotUniform(), heNormal())
                        var model = model(input(1, 4, 4), sequential(
                                conv2d(2, 3).padding(SAME).initializer(heNormal()), flatten(), dense(2)))
                        var training = training(model).precision(MIXED_FLOAT16)
                        System.out.println(first.size() + " " + constant(2).at(5))
                        """);
        assertThat(run).isEqualTo(new Run(0, "5 2.0\n", ""));
    }

    @Test
    void aScriptMayCallItsOwnAsTheWordsAreCalled(@TempDir Path folder) throws IOException {
        var run =
                Run.program(
                        folder.resolve("script.jsh"),
                        """
                        double zeros() { return 7; }
                        double constant(double x) { return x + 1; }
                        int SAME = 3
                        System.out.println(zeros() + " " + constant(1.5) + " " + SAME)
                        """);
        assertThat(run).isEqualTo(new Run(0, "7.0 2.5 3\n", ""));
    }
}
