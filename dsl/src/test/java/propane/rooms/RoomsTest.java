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
import java.util.ArrayDeque;
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
                    entry("text", Set.of()),
                    entry("coreml.proto", Set.of()),
                    entry("engine.cpu.math", Set.of()),
                    entry("coreml.mil", Set.of()),
                    entry("tensor", Set.of("text")),
                    entry("service", Set.of("tensor")),
                    entry("spi.cpu", Set.of("tensor")),
                    entry("spi", Set.of("ffm", "service", "tensor")),
                    entry("reading", Set.of("tensor")),
                    entry("writing", Set.of("ffm", "tensor")),
                    entry("coreml.report", Set.of("coreml.mil", "tensor")),
                    entry("json", Set.of("reading", "tensor")),
                    entry("spi.autodiff", Set.of("spi", "tensor")),
                    entry("nn.rule", Set.of("spi", "tensor")),
                    entry("nn", Set.of("nn.rule", "spi", "tensor")),
                    entry("nn.loss", Set.of("nn.rule", "spi", "tensor")),
                    entry("nn.schedule", Set.of("nn.rule", "spi", "tensor")),
                    entry("nn.layer", Set.of("nn", "nn.rule", "spi", "tensor")),
                    entry("nn.metric", Set.of("nn.loss", "nn.rule", "spi", "tensor", "text")),
                    entry("nn.optimizer", Set.of("nn", "nn.rule", "nn.schedule", "spi", "tensor")),
                    entry("spi.pass", Set.of("spi", "tensor")),
                    entry("coreml.lint", Set.of("coreml.mil", "coreml.report")),
                    entry("engine", Set.of("ffm", "service", "spi", "tensor")),
                    entry("engine.cpu.plan", Set.of("ffm", "spi", "spi.cpu", "tensor")),
                    entry("plan", Set.of("coreml.report")),
                    entry("data", Set.of("reading", "spi", "tensor")),
                    entry("coreml.ops", Set.of("reading", "tensor")),
                    entry("coreml.lowering", Set.of("spi", "spi.pass", "tensor")),
                    entry(
                            "engine.cpu.loop",
                            Set.of("engine.cpu.math", "engine.cpu.plan", "spi.cpu", "tensor")),
                    entry(
                            "train.result",
                            Set.of(
                                    "coreml.report",
                                    "ffm",
                                    "json",
                                    "nn",
                                    "nn.metric",
                                    "spi",
                                    "tensor",
                                    "text",
                                    "writing")),
                    entry(
                            "train.port",
                            Set.of("nn", "nn.loss", "nn.metric", "nn.schedule", "spi", "tensor")),
                    entry(
                            "coreml.format",
                            Set.of(
                                    "coreml.proto",
                                    "ffm",
                                    "json",
                                    "reading",
                                    "spi",
                                    "tensor",
                                    "writing")),
                    entry("safetensors", Set.of("ffm", "json", "reading", "tensor", "writing")),
                    entry("interchange", Set.of("json", "reading", "safetensors", "tensor")),
                    entry(
                            "checkpoint",
                            Set.of(
                                    "interchange",
                                    "json",
                                    "reading",
                                    "safetensors",
                                    "spi",
                                    "tensor")),
                    entry(
                            "coreml.estimate",
                            Set.of(
                                    "coreml.format",
                                    "coreml.lint",
                                    "coreml.mil",
                                    "coreml.report",
                                    "ffm",
                                    "json",
                                    "spi",
                                    "tensor",
                                    "writing")),
                    entry(
                            "engine.cpu.kernel",
                            Set.of(
                                    "engine.cpu.loop",
                                    "engine.cpu.math",
                                    "engine.cpu.plan",
                                    "spi",
                                    "spi.cpu",
                                    "tensor")),
                    entry(
                            "train.option",
                            Set.of("data", "nn.metric", "spi", "tensor", "train.result")),
                    entry(
                            "train.step",
                            Set.of(
                                    "nn",
                                    "nn.loss",
                                    "nn.metric",
                                    "nn.optimizer",
                                    "nn.rule",
                                    "spi",
                                    "spi.autodiff",
                                    "tensor",
                                    "train.port")),
                    entry(
                            "coreml.read",
                            Set.of(
                                    "coreml.format",
                                    "coreml.mil",
                                    "coreml.ops",
                                    "coreml.proto",
                                    "reading",
                                    "spi",
                                    "tensor")),
                    entry(
                            "engine.cpu",
                            Set.of(
                                    "engine",
                                    "engine.cpu.kernel",
                                    "engine.cpu.loop",
                                    "engine.cpu.math",
                                    "engine.cpu.plan",
                                    "ffm",
                                    "service",
                                    "spi",
                                    "spi.cpu",
                                    "spi.pass",
                                    "tensor")),
                    entry(
                            "coreml.check",
                            Set.of(
                                    "coreml.format",
                                    "coreml.ops",
                                    "coreml.proto",
                                    "coreml.read",
                                    "reading",
                                    "spi",
                                    "tensor")),
                    entry(
                            "coreml.show",
                            Set.of(
                                    "coreml.estimate",
                                    "coreml.format",
                                    "coreml.lint",
                                    "coreml.mil",
                                    "coreml.proto",
                                    "coreml.read",
                                    "coreml.report",
                                    "reading",
                                    "tensor")),
                    entry(
                            "coreml",
                            Set.of(
                                    "coreml.check",
                                    "coreml.estimate",
                                    "coreml.format",
                                    "coreml.read",
                                    "coreml.report",
                                    "coreml.show",
                                    "spi")),
                    entry(
                            "coreml.write",
                            Set.of(
                                    "coreml",
                                    "coreml.check",
                                    "coreml.estimate",
                                    "coreml.format",
                                    "coreml.lint",
                                    "coreml.lowering",
                                    "coreml.mil",
                                    "coreml.ops",
                                    "coreml.proto",
                                    "coreml.read",
                                    "coreml.report",
                                    "ffm",
                                    "spi",
                                    "spi.pass",
                                    "tensor")),
                    entry(
                            "engine.coreml",
                            Set.of(
                                    "coreml",
                                    "coreml.format",
                                    "coreml.lowering",
                                    "coreml.read",
                                    "coreml.report",
                                    "coreml.write",
                                    "engine",
                                    "engine.cpu",
                                    "ffm",
                                    "json",
                                    "spi",
                                    "tensor",
                                    "writing")),
                    entry(
                            "train.trace",
                            Set.of(
                                    "coreml.lowering",
                                    "coreml.report",
                                    "coreml.write",
                                    "data",
                                    "nn",
                                    "nn.loss",
                                    "nn.metric",
                                    "nn.optimizer",
                                    "nn.rule",
                                    "nn.schedule",
                                    "spi",
                                    "spi.autodiff",
                                    "spi.pass",
                                    "tensor",
                                    "train.option",
                                    "train.port",
                                    "train.step")),
                    entry(
                            "doctor",
                            Set.of(
                                    "coreml",
                                    "coreml.estimate",
                                    "coreml.format",
                                    "coreml.read",
                                    "coreml.report",
                                    "coreml.write",
                                    "engine",
                                    "engine.coreml",
                                    "ffm",
                                    "json",
                                    "spi",
                                    "spi.autodiff",
                                    "tensor",
                                    "writing")),
                    entry(
                            "train.run",
                            Set.of(
                                    "checkpoint",
                                    "data",
                                    "engine",
                                    "ffm",
                                    "json",
                                    "nn",
                                    "nn.loss",
                                    "nn.metric",
                                    "nn.optimizer",
                                    "nn.rule",
                                    "nn.schedule",
                                    "reading",
                                    "spi",
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
                                    "coreml.format",
                                    "coreml.lowering",
                                    "coreml.report",
                                    "coreml.write",
                                    "engine",
                                    "json",
                                    "nn",
                                    "nn.rule",
                                    "nn.schedule",
                                    "spi",
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
                                    "coreml.report",
                                    "data",
                                    "engine",
                                    "ffm",
                                    "nn",
                                    "nn.loss",
                                    "nn.metric",
                                    "nn.optimizer",
                                    "plan",
                                    "spi",
                                    "tensor",
                                    "train.export",
                                    "train.option",
                                    "train.result",
                                    "train.run",
                                    "train.step",
                                    "train.trace")));

    /** Rooms in which more files than {@link #MOST} know each other in a circle, and why. */
    private static final Map<String, String> KNOTS = Map.of("tensor", "the sealed family of ops");

    /** So many files may know each other in a circle. */
    private static final int MOST = 12;

    private static final Pattern OURS = Pattern.compile("propane/(?:[a-z]+/)+\\w+");

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

    @Test
    void noRoomHasACircleOfMoreThanTwelveFiles() {
        Map<String, Set<String>> files = files();
        Map<String, Set<String>> knots = new TreeMap<>();
        for (String file : files.keySet()) {
            Set<String> circle = circle(file, files);
            if (circle.size() > MOST && !KNOTS.containsKey(room(file))) {
                knots.put(room(file), circle);
            }
        }
        assertThat(knots).as("rooms and the files that know each other in them").isEmpty();
    }

    /** The files of a file's room that it leads to and that lead back to it. */
    private static Set<String> circle(String file, Map<String, Set<String>> files) {
        Set<String> circle = new TreeSet<>(inRoom(file, files));
        circle.removeIf(other -> !inRoom(other, files).contains(file));
        return circle;
    }

    private static Set<String> inRoom(String file, Map<String, Set<String>> files) {
        Set<String> seen = new TreeSet<>();
        var open = new ArrayDeque<String>(Set.of(file));
        while (!open.isEmpty()) {
            for (String next : files.getOrDefault(open.pop(), Set.of())) {
                if (room(next).equals(room(file)) && seen.add(next)) {
                    open.push(next);
                }
            }
        }
        return seen;
    }

    private static Map<String, Set<String>> arrows() {
        Map<String, Set<String>> arrows = new TreeMap<>();
        files().forEach((file, known) -> {
            var rooms = arrows.computeIfAbsent(room(file), _ -> new TreeSet<>());
            known.forEach(other -> rooms.add(room(other)));
            rooms.remove(room(file));
        });
        arrows.keySet().removeIf(room -> room.equals("ffm"));
        return arrows;
    }

    /** For each file of ours the others that its classes name. */
    private static Map<String, Set<String>> files() {
        Map<String, Set<String>> found = new TreeMap<>();
        Path classes = CompiledClasses.of(Tensor.class);
        try (Stream<Path> files = Files.walk(classes.resolve("propane"))) {
            files.filter(file -> file.toString().endsWith(".class"))
                    .forEach(file -> collect(file, found));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static void collect(Path file, Map<String, Set<String>> files) {
        ClassModel model;
        try {
            model = ClassFile.of().parse(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String own = model.thisClass().asInternalName().replaceAll("[$].*", "");
        Set<String> known = files.computeIfAbsent(own, _ -> new TreeSet<>());
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
        known.remove(own);
    }

    private static void note(String descriptor, Set<String> known) {
        var names = OURS.matcher(descriptor);
        while (names.find()) {
            known.add(names.group());
        }
    }

    private static String room(String internalName) {
        String name = internalName.substring("propane/".length(), internalName.lastIndexOf('/'));
        return switch (name) {
            // Tensors and the ops that make them are one sealed family in two packages.
            case "spi/op" -> "tensor";
            default -> name.startsWith("ffm") ? "ffm" : name.replace('/', '.');
        };
    }
}
