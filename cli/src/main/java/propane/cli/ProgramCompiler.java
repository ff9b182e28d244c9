package propane.cli;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TaskEvent;
import com.sun.source.util.TaskListener;

import java.io.IOException;
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
     * Compiles a source file, and those beside it that it names, into a folder.
     *
     * @throws ProgramException with {@code file:line: text} for each error
     */
    static Compiled compile(Path file, Path folder) throws IOException {
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
                        "-sourcepath",
                        file.toAbsolutePath().getParent().toString()));
        try (var files = compiler.getStandardFileManager(problems, Locale.ROOT, null)) {
            var sources = files.getJavaFileObjects(file);
            var task = (JavacTask) compiler.getTask(null, files, problems, options, null, sources);
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
            String mainClass = "";
            for (CompilationUnitTree unit : task.parse()) {
                mainClass = firstClass(unit);
            }
            task.generate();
            String errors = errors(problems);
            if (!errors.isEmpty()) {
                throw new ProgramException(errors);
            }
            if (mainClass.isEmpty()) {
                throw new ProgramException(file + ": declares no class and no main method");
            }
            return new Compiled(mainClass, compiled.size() == 1);
        }
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

    private static String errors(DiagnosticCollector<JavaFileObject> problems) {
        return problems.getDiagnostics().stream()
                .filter(problem -> problem.getKind() == Diagnostic.Kind.ERROR)
                .map(ProgramCompiler::line)
                .collect(Collectors.joining("\n"));
    }

    private static String line(Diagnostic<? extends JavaFileObject> problem) {
        String text = problem.getMessage(Locale.ROOT).replace("\n", "\n  ");
        return problem.getSource() == null
                ? text
                : problem.getSource().getName() + ":" + problem.getLineNumber() + ": " + text;
    }
}
