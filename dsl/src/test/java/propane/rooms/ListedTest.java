package propane.rooms;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.data.Dataset;
import propane.tensor.Tensor;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MethodRefEntry;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What stands in a list, in an order that matters, is not forgotten there: somebody makes it. */
class ListedTest {
    /** What nobody else makes, each with the reason. */
    private static final Map<String, String> EXCEPTIONS =
            Map.of(
                    "propane/coreml/lowering/MeasuredNumbers",
                            "puts what was measured on devices into what tests run",
                    "propane/spi/pass/DeadCode", "a method of it is called, without a pass",
                    "propane/coreml/lint/OpFact", "a table that makes its own rows");

    private static List<ClassModel> classes() throws IOException {
        var found = new ArrayList<ClassModel>();
        try (Stream<Path> files = Files.walk(CompiledClasses.of(Tensor.class))) {
            for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
                found.add(ClassFile.of().parse(file));
            }
        }
        return found;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "propane/spi/pass/Pass",
                "propane/coreml/lint/PlacementRule",
                "propane/engine/cpu/plan/UnitProvider"
            })
    void everyPassRuleAndProviderHasItsPlace(String kind) throws IOException {
        List<ClassModel> classes = classes();
        var missing = new TreeSet<String>();
        classes.stream()
                .filter(each -> isOf(kind, each))
                .map(each -> each.thisClass().asInternalName())
                .forEach(missing::add);
        assertThat(missing).hasSizeGreaterThan(3);
        classes.forEach(each -> missing.removeAll(madeBy(each)));
        missing.removeAll(EXCEPTIONS.keySet());
        assertThat(missing).as("each %s that nobody makes", kind).isEmpty();
    }

    @Test
    void everyFileThatIsReadAsDataIsAttacked() throws IOException {
        String kinds = Files.readString(Path.of("src/test/java/propane/attack/DataKinds.java"));
        var readers =
                Stream.of(Dataset.class.getMethods())
                        .filter(method -> Modifier.isStatic(method.getModifiers()))
                        .filter(method -> List.of(method.getParameterTypes()).contains(Path.class))
                        .map(Method::getName)
                        .toList();
        assertThat(readers).contains("csv", "idx");
        assertThat(readers)
                .as("what .ci/attack reads changed files of")
                .allSatisfy(reader -> assertThat(kinds).contains("Dataset." + reader + "("));
    }

    private static boolean isOf(String kind, ClassModel type) {
        return type.interfaces().stream().map(ClassEntry::asInternalName).anyMatch(kind::equals);
    }

    /** Returns what a class makes, but itself. */
    private static Set<String> madeBy(ClassModel type) {
        var made = new TreeSet<String>();
        type.constantPool()
                .forEach(entry -> {
                    if (entry instanceof MethodRefEntry method
                            && method.name().equalsString("<init>")) {
                        made.add(method.owner().asInternalName());
                    }
                });
        made.remove(type.thisClass().asInternalName());
        return made;
    }
}
