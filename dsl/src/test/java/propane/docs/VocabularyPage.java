package propane.docs;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ParameterizedTypeTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.lang.model.element.Modifier;
import javax.lang.model.element.Name;
import javax.tools.ToolProvider;

/** The page of all words that trainings are written in: from the methods and their comments. */
final class VocabularyPage {
    private static final String FOLDER = "src/main/java/propane/";

    /**
     * A table of the page.
     *
     * @param title its heading
     * @param source the class whose methods it lists
     * @param text what stands above it
     */
    private record Section(String title, String factories, String source, String text) {
        /** Whether the words are made by static methods, else they are methods of a training. */
        boolean isOfStatics() {
            return !source.equals("Training");
        }

        /** The classes whose methods are words: of many kinds, one makes them all. */
        Stream<String> sources() {
            return Stream.of(factories, source).distinct();
        }
    }

    private static final List<Section> SECTIONS =
            List.of(
                    new Section("Inputs", "Input", "Input", "What goes into a model, and targets."),
                    new Section(
                            "Layers",
                            "Layers",
                            "Layer",
                            "A layer is a value; settings make another."),
                    new Section("Losses", "Losses", "Loss", "Of `training(model).loss(…)`."),
                    new Section(
                            "Optimizers",
                            "Optimizers",
                            "Optimizer",
                            "Of `training(model).optimizer(…)`."),
                    new Section(
                            "Parts of optimizers",
                            "GradientTransforms",
                            "GradientTransform",
                            "Of `chain(…)`, which all optimizers are. Of formulas u is the update,"
                                    + " w the weight."),
                    new Section(
                            "Schedules",
                            "Schedules",
                            "Schedule",
                            "Of a learning rate, momentum or weight decay, in place of a number."),
                    new Section("Metrics", "Metrics", "Metric", "Of `training(model).metrics(…)`."),
                    new Section(
                            "First values",
                            "Initializers",
                            "Initializer",
                            "Of weights. In scripts `constant` is the schedule's: here it is"
                                    + " `Initializers.constant(1)`."),
                    new Section(
                            "Selections of weights",
                            "WeightFilters",
                            "WeightFilter",
                            "Of `freeze`, `paramGroup`, `decayMask`, `trustMask` and `masked`."),
                    new Section(
                            "Settings of a training",
                            "Training",
                            "Training",
                            "Of `training(model)`."),
                    new Section(
                            "Options of a run", "Option", "Option", "Of `trainer.fit(data, …)`."));

    /** A word: how it is called, by what settings it is changed, and where it is explained. */
    private record Word(String call, Set<String> settings, String sentence, String file) {}

    private final Map<String, ClassTree> classes = new TreeMap<>();
    private final Map<String, CompilationUnitTree> units = new TreeMap<>();
    private final DocTrees docs;

    /** Reads the sources. */
    VocabularyPage() throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var manager = compiler.getStandardFileManager(null, null, null);
                Stream<Path> nn = Files.walk(Path.of(FOLDER + "nn"));
                Stream<Path> train = Files.walk(Path.of(FOLDER + "train"))) {
            var files =
                    Stream.concat(nn, train)
                            .filter(file -> file.toString().endsWith(".java"))
                            .filter(file -> !file.endsWith("package-info.java"));
            var sources = manager.getJavaFileObjectsFromPaths(files.sorted().toList());
            var task = (JavacTask) compiler.getTask(null, manager, null, null, null, sources);
            docs = DocTrees.instance(task);
            for (CompilationUnitTree unit : task.parse()) {
                ClassTree type = (ClassTree) unit.getTypeDecls().getFirst();
                classes.put(type.getSimpleName().toString(), type);
                units.put(type.getSimpleName().toString(), unit);
            }
        }
    }

    /** Returns the page. */
    String text() {
        var page = new StringBuilder();
        page.append("# Layers, losses, optimizers and the rest\n\n");
        page.append("Written from the comments in `propane.nn` and `propane.train`; do not edit.");
        page.append(" The names lead to the sources,\nwhose comments have programs of each layer,");
        page.append(
                " loss and optimizer that run as they stand. A setting returns the\nsame thing");
        page.append(
                " with that changed: `conv2d(8, 3).stride(2)`. What is not here can be written");
        page.append(" in [operations](ops.md), as the\n[guide](guide.md) shows.\n");
        for (Section section : SECTIONS) {
            page.append("\n## ").append(section.title()).append("\n\n").append(section.text());
            List<Word> words = words(section);
            boolean hasSettings = words.stream().anyMatch(word -> !word.settings().isEmpty());
            page.append(
                    hasSettings
                            ? "\n\n| | settings | |\n|---|---|---|\n"
                            : "\n\n| | |\n|---|---|\n");
            words.forEach(word -> page.append(row(word, hasSettings)));
        }
        return page.toString();
    }

    private static String row(Word word, boolean hasSettings) {
        String settings =
                word.settings().stream()
                        .map(each -> "`" + each + "`")
                        .collect(Collectors.joining(" "));
        String first = "| [`" + word.call() + "`](../dsl/" + word.file() + ") | ";
        String last = word.sentence().replace("|", "\\|") + " |\n";
        return hasSettings ? first + settings + " | " + last : first + last;
    }

    /** Returns the calls of all words of the page. */
    List<String> calls() {
        return SECTIONS.stream().flatMap(each -> words(each).stream()).map(Word::call).toList();
    }

    private List<Word> words(Section section) {
        var found = new LinkedHashMap<String, Word>();
        for (String source : section.sources().toList()) {
            for (MethodTree method : methods(classes.get(source))) {
                boolean isStatic = method.getModifiers().getFlags().contains(Modifier.STATIC);
                boolean isSetting =
                        !isStatic && returns(method).equals(section.source()) && !isLookup(method);
                if (isSetting || isStatic && section.isOfStatics()) {
                    String call = (isSetting ? "." : "") + call(method);
                    String file = isSetting ? source : file(source, method);
                    Set<String> settings = isSetting ? Set.of() : settings(source, method);
                    found.putIfAbsent(
                            call, new Word(call, settings, sentence(method, source), path(file)));
                }
            }
        }
        return List.copyOf(found.values());
    }

    /** Whether a method finds what is there for a weight, and sets nothing. */
    private static boolean isLookup(MethodTree method) {
        return method.getParameters().stream()
                .anyMatch(parameter -> parameter.getType().toString().equals("Weight"));
    }

    private static List<MethodTree> methods(ClassTree type) {
        Modifier named = isInterface(type) ? Modifier.PRIVATE : Modifier.PUBLIC;
        Predicate<MethodTree> isPublic =
                method -> isInterface(type) != method.getModifiers().getFlags().contains(named);
        return type.getMembers().stream()
                .filter(MethodTree.class::isInstance)
                .map(MethodTree.class::cast)
                .filter(isPublic.and(method -> method.getReturnType() != null))
                .toList();
    }

    private static String returns(MethodTree method) {
        return method.getReturnType().toString();
    }

    /** The file of what a method makes, if that is a class of its own, else of the method. */
    private String file(String source, MethodTree method) {
        ClassTree made = classes.get(returns(method));
        return made == null || isInterface(made) ? source : returns(method);
    }

    private static boolean isInterface(ClassTree type) {
        return type.getKind() == Tree.Kind.INTERFACE;
    }

    private String path(String type) {
        return "src/main/java/"
                + units.get(type).getPackageName().toString().replace('.', '/')
                + "/"
                + type
                + ".java";
    }

    private static String call(MethodTree method) {
        return method.getName()
                + method.getParameters().stream()
                        .map(VocabularyPage::parameter)
                        .collect(Collectors.joining(", ", "(", ")"));
    }

    private static String parameter(VariableTree parameter) {
        boolean isMany = parameter.toString().contains("...");
        return parameter.getName() + (isMany ? "…" : "");
    }

    /** The names of the methods that change what a method makes. */
    private Set<String> settings(String source, MethodTree method) {
        String made = file(source, method);
        if (made.equals(source)) {
            return Set.of();
        }
        return settings(classes.get(made), made)
                .map(MethodTree::getName)
                .map(Name::toString)
                .filter(name -> !name.equals("with"))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** The settings that a class has of its own, then those that it shares with others. */
    private Stream<MethodTree> settings(ClassTree type, String made) {
        var own =
                methods(type).stream()
                        .filter(each -> !each.getModifiers().getFlags().contains(Modifier.STATIC))
                        .filter(each -> returns(each).equals(made));
        var shared =
                Stream.ofNullable(type.getExtendsClause())
                        .filter(ParameterizedTypeTree.class::isInstance)
                        .map(each -> ((ParameterizedTypeTree) each).getType().toString())
                        .filter(classes::containsKey)
                        .flatMap(each -> settings(classes.get(each), "O"));
        return Stream.concat(own, shared);
    }

    private String sentence(MethodTree method, String source) {
        CompilationUnitTree unit = units.get(source);
        String comment = docs.getDocComment(TreePath.getPath(unit, method));
        String before = comment.split("\\{@snippet", 2)[0];
        return OpsPage.sentence(before).replaceFirst("^Returns (this training )?", "");
    }
}
