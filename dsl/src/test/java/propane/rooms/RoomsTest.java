package propane.rooms;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Map.entry;

import org.junit.jupiter.api.Test;

import propane.tensor.Tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MethodTypeEntry;
import java.lang.classfile.constantpool.NameAndTypeEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Rooms depend one way: the arrows between our packages, read from our own compiled classes. */
final class RoomsTest {
    /** Each room and the rooms it may know. A room that is missing here may not exist. */
    private static final Map<String, Set<String>> ARROWS =
            Map.ofEntries(
                    entry("tensor", Set.of()),
                    entry("reading", Set.of("tensor")),
                    entry("json", Set.of("tensor", "reading")),
                    entry("writing", Set.of("tensor", "ffm")),
                    entry("autodiff", Set.of("tensor")),
                    entry("nn", Set.of("tensor", "autodiff")),
                    entry("pass", Set.of("tensor")),
                    entry(
                            "coreml",
                            Set.of(
                                    "tensor",
                                    "nn",
                                    "pass",
                                    "json",
                                    "reading",
                                    "writing",
                                    "ffm",
                                    "coreml.estimate",
                                    "coreml.lint",
                                    "coreml.lowering",
                                    "coreml.proto")),
                    entry(
                            "coreml.estimate",
                            Set.of("coreml.lint", "json", "tensor", "writing", "ffm")),
                    entry("coreml.lowering", Set.of("tensor", "pass")),
                    entry("coreml.lint", Set.of()),
                    entry("coreml.proto", Set.of()),
                    entry("engine", Set.of("tensor", "ffm")),
                    entry("engine.cpu", Set.of("engine", "pass", "tensor", "ffm")),
                    entry(
                            "engine.coreml",
                            Set.of(
                                    "engine",
                                    "engine.cpu",
                                    "coreml",
                                    "coreml.lowering",
                                    "coreml.lint",
                                    "pass",
                                    "tensor",
                                    "json",
                                    "writing",
                                    "ffm")),
                    entry(
                            "doctor",
                            Set.of(
                                    "engine",
                                    "engine.coreml",
                                    "coreml",
                                    "coreml.estimate",
                                    "coreml.lint",
                                    "autodiff",
                                    "tensor",
                                    "json",
                                    "writing",
                                    "ffm")),
                    entry("plan", Set.of("coreml.estimate")),
                    entry("data", Set.of("tensor", "json", "reading")),
                    entry("checkpoint", Set.of("tensor", "json", "reading", "writing", "ffm")),
                    entry(
                            "train.result",
                            Set.of(
                                    "data",
                                    "engine",
                                    "nn",
                                    "json",
                                    "tensor",
                                    "coreml.lint",
                                    "writing",
                                    "ffm")),
                    entry("train.option", Set.of("data", "engine", "nn", "tensor", "train.result")),
                    entry("train.port", Set.of("engine", "nn", "tensor")),
                    entry("train.step", Set.of("autodiff", "nn", "tensor", "train.port")),
                    entry(
                            "train.trace",
                            Set.of(
                                    "coreml",
                                    "coreml.estimate",
                                    "coreml.lint",
                                    "coreml.lowering",
                                    "data",
                                    "nn",
                                    "pass",
                                    "tensor",
                                    "train.option",
                                    "train.port",
                                    "train.step")),
                    entry(
                            "train.run",
                            Set.of(
                                    "checkpoint",
                                    "data",
                                    "engine",
                                    "ffm",
                                    "json",
                                    "nn",
                                    "reading",
                                    "tensor",
                                    "train.option",
                                    "train.port",
                                    "train.result",
                                    "train.trace",
                                    "writing")),
                    entry(
                            "train.export",
                            Set.of(
                                    "checkpoint",
                                    "coreml",
                                    "coreml.estimate",
                                    "coreml.lint",
                                    "coreml.lowering",
                                    "engine",
                                    "json",
                                    "nn",
                                    "tensor",
                                    "train.option",
                                    "train.port",
                                    "train.result",
                                    "train.run",
                                    "train.trace",
                                    "writing")),
                    entry(
                            "train",
                            Set.of(
                                    "checkpoint",
                                    "coreml.estimate",
                                    "coreml.lint",
                                    "data",
                                    "engine",
                                    "ffm",
                                    "nn",
                                    "plan",
                                    "tensor",
                                    "train.export",
                                    "train.option",
                                    "train.result",
                                    "train.run",
                                    "train.step",
                                    "train.trace")));

    private static final Pattern OURS = Pattern.compile("propane/(?:[a-z]+/)+");

    @Test
    void everyArrowBetweenRoomsIsInTheTable() {
        Map<String, Set<String>> forbidden = new TreeMap<>();
        arrows().forEach((room, known) -> {
            Set<String> extra = new TreeSet<>(known);
            extra.removeAll(ARROWS.getOrDefault(room, Set.of()));
            if (!extra.isEmpty()) {
                forbidden.put(room, extra);
            }
        });
        assertThat(forbidden).as("arrows that the table of rooms does not have").isEmpty();
    }

    @Test
    void everyRoomIsInTheTable() {
        assertThat(ARROWS.keySet()).containsAll(arrows().keySet());
    }

    @Test
    void theTableHasNoCircle() {
        for (String room : ARROWS.keySet()) {
            assertThat(reachable(room, new TreeSet<>()))
                    .as("seen from " + room)
                    .doesNotContain(room);
        }
    }

    private static Set<String> reachable(String room, Set<String> seen) {
        for (String next : ARROWS.getOrDefault(room, Set.of())) {
            if (seen.add(next)) {
                reachable(next, seen);
            }
        }
        return seen;
    }

    private static Map<String, Set<String>> arrows() {
        Map<String, Set<String>> arrows = new TreeMap<>();
        Path classes = CompiledClasses.of(Tensor.class);
        try (Stream<Path> files = Files.walk(classes.resolve("propane"))) {
            files.filter(file -> file.toString().endsWith(".class"))
                    .forEach(file -> collect(file, arrows));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        arrows.keySet().removeIf(room -> room.equals("ffm") || room.startsWith("ffm."));
        return arrows;
    }

    private static void collect(Path file, Map<String, Set<String>> arrows) {
        ClassModel model;
        try {
            model = ClassFile.of().parse(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String room = room(model.thisClass().asInternalName());
        Set<String> known = arrows.computeIfAbsent(room, _ -> new TreeSet<>());
        for (PoolEntry entry : model.constantPool()) {
            switch (entry) {
                case ClassEntry type -> note(type.asInternalName(), known);
                case NameAndTypeEntry member -> note(member.type().stringValue(), known);
                case MethodTypeEntry type -> note(type.descriptor().stringValue(), known);
                default -> {}
            }
        }
        for (FieldModel field : model.fields()) {
            note(field.fieldType().stringValue(), known);
        }
        for (MethodModel method : model.methods()) {
            note(method.methodType().stringValue(), known);
        }
        known.remove(room);
    }

    private static void note(String descriptor, Set<String> known) {
        var names = OURS.matcher(descriptor);
        while (names.find()) {
            known.add(room(names.group()));
        }
    }

    private static String room(String internalName) {
        String name = internalName.substring("propane/".length(), internalName.lastIndexOf('/'));
        return name.startsWith("ffm") ? "ffm" : name.replace('/', '.');
    }
}
