package propane.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TaskEvent;
import com.sun.source.util.TaskListener;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;

/** Compiles a user's program against {@code module propane}. */
final class ProgramCompiler {
    private ProgramCompiler() {}

    /**
     * What became of a source file.
     *
     * @param mainClass the name of its first class, the one to start
     * @param alone whether no other source file was needed
     */
    record Compiled(String mainClass, boolean alone) {}

    /**
     * Compiles a program, and the source files beside it that it names, into a folder.
     *
     * @throws ProgramException with {@code file:line: text} for each error
     */
    static Compiled compile(ProgramSource source, Path folder, ClassPath libraries)
            throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var problems = new DiagnosticCollector<JavaFileObject>();
        List<String> options = new ArrayList<>(UserModules.options());
        options.addAll(
                List.of(
                        "-proc:none",
                        "-encoding",
                        "UTF-8",
                        "-d",
                        folder.toString(),
                        // Not the current folder: what lies there is not there when it runs.
                        "--class-path",
                        new ClassPath(List.of(folder)).with(libraries.entries()).text(),
                        "-sourcepath",
                        source.folder().toString()));
        // What javac prints when it fails itself goes here, and not past the error it becomes.
        var said = new StringWriter();
        try (var standard = compiler.getStandardFileManager(problems, Locale.ROOT, UTF_8);
                var files = new PlainSources(standard)) {
            var sources = List.of(PlainSources.program(source));
            var task = (JavacTask) compiler.getTask(said, files, problems, options, null, sources);
            Set<URI> compiled = new HashSet<>();
            task.addTaskListener(
                    new TaskListener() {
                        @Override
                        public void finished(TaskEvent event) {
                            if (event.getKind() == TaskEvent.Kind.GENERATE) {
                                compiled.add(event.getSourceFile().toUri());
                            }
                        }
                    });
            String mainClass = generate(task, source, problems);
            requireNoErrors(problems);
            if (mainClass.isEmpty()) {
                throw new ProgramException(
                        source.shown() + ": declares no class and no main method");
            }
            if (compiled.isEmpty()) {
                throw new ProgramException(
                        source.shown()
                                + ": Java's compiler made nothing of it: "
                                + ProgramSource.shown(said.toString().strip()));
            }
            return new Compiled(mainClass, compiled.size() == 1 && !source.standardInput());
        }
    }

    /** Makes the classes; returns the name of the first one, empty if there is none. */
    private static String generate(
            JavacTask task, ProgramSource source, DiagnosticCollector<JavaFileObject> problems)
            throws IOException {
        try {
            String mainClass = "";
            for (CompilationUnitTree unit : task.parse()) {
                mainClass = firstClass(unit);
            }
            task.generate();
            return mainClass;
        } catch (RuntimeException | Error e) {
            // What is wrong with the program says more than what the compiler made of it.
            requireNoErrors(problems);
            throw CompilerFailure.at(source.shown(), e);
        }
    }

    /**
     * Tells whether a text is a Java program, not a script: no statement stands outside a class or
     * method, and there is a main method to start.
     */
    static boolean isProgram(ProgramSource source) throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var problems = new DiagnosticCollector<JavaFileObject>();
        try (var files = compiler.getStandardFileManager(problems, Locale.ROOT, UTF_8)) {
            var sources = List.of(PlainSources.program(source));
            var said = new StringWriter();
            var task =
                    (JavacTask) compiler.getTask(said, files, problems, List.of(), null, sources);
            boolean main = false;
            for (CompilationUnitTree unit : task.parse()) {
                main |= unit.getTypeDecls().stream().anyMatch(ProgramCompiler::hasMain);
            }
            return main
                    && problems.getDiagnostics().stream()
                            .noneMatch(problem -> problem.getKind() == Diagnostic.Kind.ERROR);
        } catch (RuntimeException | Error e) {
            throw CompilerFailure.at(source.shown(), e);
        }
    }

    private static boolean hasMain(Tree declared) {
        return declared instanceof ClassTree type
                && type.getMembers().stream()
                        .anyMatch(member ->
                                member instanceof MethodTree method
                                        && method.getName().contentEquals("main"));
    }

    private static String firstClass(CompilationUnitTree unit) {
        for (Tree declared : unit.getTypeDecls()) {
            if (declared instanceof ClassTree type) {
                return unit.getPackageName() == null
                        ? type.getSimpleName().toString()
                        : unit.getPackageName() + "." + type.getSimpleName();
            }
        }
        return "";
    }

    private static void requireNoErrors(DiagnosticCollector<JavaFileObject> problems) {
        var errors =
                problems.getDiagnostics().stream()
                        .filter(problem -> problem.getKind() == Diagnostic.Kind.ERROR)
                        .toList();
        if (errors.isEmpty()) {
            return;
        }
        String text = errors.stream().map(ProgramCompiler::line).collect(Collectors.joining("\n"));
        String first = place(errors.getFirst());
        throw first.isEmpty()
                ? new ProgramException(text)
                : new ProgramException(first, text.substring(first.length() + ": ".length()));
    }

    private static String line(Diagnostic<? extends JavaFileObject> problem) {
        String text = problem.getMessage(Locale.ROOT).replace("\n", "\n  ");
        String place = place(problem);
        return place.isEmpty() ? text : place + ": " + text;
    }

    private static String place(Diagnostic<? extends JavaFileObject> problem) {
        return problem.getSource() == null
                ? ""
                : problem.getSource().getName() + ":" + problem.getLineNumber();
    }
}
