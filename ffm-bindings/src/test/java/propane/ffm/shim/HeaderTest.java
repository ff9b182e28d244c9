package propane.ffm.shim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.ffm.Availability;
import propane.ffm.raw.shim.PropaneShim;
import propane.ffm.raw.shim.propane_array;
import propane.ffm.raw.shim.propane_done;
import propane.ffm.raw.shim.propane_error;
import propane.ffm.raw.shim.propane_log;
import propane.ffm.raw.shim.propane_progress;

import java.io.IOException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.PaddingLayout;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The generated bindings against the header, as the C and C++ compilers read it: functions with
 * their types, structs with their offsets, constants with their values.
 */
class HeaderTest {
    private static final String HEADER = "swift-shim/Sources/CPropaneShim/include/propane_shim.h";

    @TempDir private Path folder;

    @Test
    void bindingsAndHeaderAgree() throws Exception {
        assumeTrue(FakeShim.install(), "needs a C compiler");
        assertThat(Shim.availability()).isInstanceOf(Availability.Available.class);
        Path root = Files.exists(Path.of(HEADER)) ? Path.of("") : Path.of("..");
        Path header = root.resolve(HEADER).toAbsolutePath().normalize();
        var functions = functions(header);
        assertThat(functions).isNotEmpty();
        assertThat(ofBindings()).containsExactlyElementsOf(ofHeader(header, functions));
    }

    /** The names of the functions that a header declares. */
    private TreeSet<String> functions(Path header) throws Exception {
        Path prototypes = folder.resolve("prototypes.txt");
        Path nothing = Files.writeString(folder.resolve("nothing.c"), "");
        run(
                "gcc",
                "-aux-info",
                prototypes.toString(),
                "-fsyntax-only",
                "-include",
                header.toString(),
                nothing.toString());
        var names = new TreeSet<String>();
        var pattern = Pattern.compile("^/\\* \\Q" + header + "\\E:.*?\\b(\\w+) \\(");
        for (String line : Files.readAllLines(prototypes)) {
            var matcher = pattern.matcher(line);
            if (matcher.find()) {
                names.add(matcher.group(1));
            }
        }
        return names;
    }

    private List<String> ofHeader(Path header, TreeSet<String> functions) throws Exception {
        var program = new StringBuilder();
        program.append("#include \"").append(header).append("\"\n");
        program.append(
                """
                #include <cstddef>
                #include <cstdio>
                #include <string>
                #include <type_traits>
                template <typename T> struct code { static std::string of() { return "?"; } };
                template <> struct code<void> { static std::string of() { return "v"; } };
                template <> struct code<int32_t> { static std::string of() { return "i"; } };
                template <> struct code<int64_t> { static std::string of() { return "l"; } };
                template <> struct code<double> { static std::string of() { return "d"; } };
                template <typename T> struct code<T *> {
                    static std::string of() { return "p"; }
                };
                template <typename R, typename... A> struct code<R(A...)> {
                    static std::string of() {
                        return (code<R>::of() + ... + code<A>::of());
                    }
                };
                int main() {
                """);
        for (String function : functions) {
            program.append(
                    String.format(
                            "printf(\"%s %%s\\n\", code<decltype(%s)>::of().c_str());%n",
                            function, function));
        }
        for (String callback : List.of("propane_log", "propane_done", "propane_progress")) {
            program.append(
                    String.format(
                            "printf(\"%s %%s\\n\","
                                    + " code<std::remove_pointer_t<%s>>::of().c_str());%n",
                            callback, callback));
        }
        for (var struct : structs()) {
            program.append(
                    String.format(
                            "printf(\"%s %%zu\\n\", sizeof(%s));%n", struct.name, struct.name));
            for (String field : fields(struct.layout)) {
                program.append(
                        String.format(
                                "printf(\"%s.%s %%zu\\n\", offsetof(%s, %s));%n",
                                struct.name, field, struct.name, field));
            }
        }
        for (String constant : constants()) {
            program.append(
                    "printf(\"%s %lld\\n\", \"" + constant + "\", (long long)" + constant + ");\n");
        }
        program.append("}\n");
        Path source = Files.writeString(folder.resolve("print.cpp"), program);
        Path binary = folder.resolve("print");
        run("g++", "-std=c++17", "-o", binary.toString(), source.toString());
        return List.of(run(binary.toString()).split("\n"));
    }

    private static List<String> ofBindings() throws ReflectiveOperationException {
        var lines = new ArrayList<String>();
        var functions = new TreeSet<String>();
        for (Method method : PropaneShim.class.getMethods()) {
            if (method.getName().endsWith("$descriptor")) {
                functions.add(method.getName().replace("$descriptor", ""));
            }
        }
        for (String function : functions) {
            var descriptor =
                    (FunctionDescriptor)
                            PropaneShim.class.getMethod(function + "$descriptor").invoke(null);
            lines.add(function + " " + code(descriptor));
        }
        lines.add("propane_log " + code(propane_log.descriptor()));
        lines.add("propane_done " + code(propane_done.descriptor()));
        lines.add("propane_progress " + code(propane_progress.descriptor()));
        for (var struct : structs()) {
            lines.add(struct.name + " " + struct.layout.byteSize());
            for (String field : fields(struct.layout)) {
                long offset = struct.layout.byteOffset(PathElement.groupElement(field));
                lines.add(struct.name + "." + field + " " + offset);
            }
        }
        for (String constant : constants()) {
            lines.add(constant + " " + PropaneShim.class.getMethod(constant).invoke(null));
        }
        return lines;
    }

    private record Struct(String name, GroupLayout layout) {}

    private static List<Struct> structs() {
        return List.of(
                new Struct("propane_error", propane_error.layout()),
                new Struct("propane_array", propane_array.layout()));
    }

    private static List<String> fields(GroupLayout layout) {
        return layout.memberLayouts().stream()
                .filter(member -> !(member instanceof PaddingLayout))
                .map(member -> member.name().orElseThrow())
                .toList();
    }

    private static TreeSet<String> constants() {
        var names = new TreeSet<String>();
        for (Method method : PropaneShim.class.getMethods()) {
            if (method.getName().startsWith("PROPANE_")) {
                names.add(method.getName());
            }
        }
        return names;
    }

    private static String code(FunctionDescriptor descriptor) {
        var text = new StringBuilder(descriptor.returnLayout().map(HeaderTest::code).orElse("v"));
        descriptor.argumentLayouts().forEach(layout -> text.append(code(layout)));
        return text.toString();
    }

    private static String code(MemoryLayout layout) {
        return switch (layout) {
            case AddressLayout _ -> "p";
            case ValueLayout.OfInt _ -> "i";
            case ValueLayout.OfLong _ -> "l";
            case ValueLayout.OfDouble _ -> "d";
            default -> "?";
        };
    }

    private static String run(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as("%s%n%s", List.of(command), output).isZero();
        return output;
    }
}
