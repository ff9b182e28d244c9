package propane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import propane.tensor.Tensor;

import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
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

    @Test
    void noTwoWordsAreSpelledTheSame() throws ClassNotFoundException {
        List<String> seen = new ArrayList<>();
        for (String word : Imports.WORDS) {
            Set<String> own = new TreeSet<>();
            for (Method method : Class.forName(word).getMethods()) {
                if (Modifier.isStatic(method.getModifiers())) {
                    own.add(method.getName() + Arrays.toString(method.getParameterTypes()));
                }
            }
            seen.addAll(own);
        }
        assertThat(seen).doesNotHaveDuplicates();
    }
}
