package propane.rooms;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.ParamTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.lang.model.element.Modifier;
import javax.tools.ToolProvider;

/**
 * Everything public says what it is: a comment on each public or protected type and member, and a
 * {@code @param} for each component of a record. Parameters and results of methods are told in the
 * sentence where that is enough.
 */
final class DocumentedTest {
    private static final List<Path> ROOTS =
            List.of(
                    Path.of("src/main/java"),
                    Path.of("../ffm-bindings/src/main/java"),
                    Path.of("../cli/src/main/java"));

    @Test
    void everyPublicMemberHasItsComment() throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            var sources = files.getJavaFileObjectsFromPaths(sources());
            var task = (JavacTask) compiler.getTask(null, files, null, null, null, sources);
            var missing = new Missing(DocTrees.instance(task));
            for (CompilationUnitTree unit : task.parse()) {
                missing.scan(unit, null);
            }
            assertThat(missing.found).isEmpty();
        }
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (Path root : ROOTS) {
            try (Stream<Path> files = Files.walk(root)) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
            }
        }
        return sources;
    }

    /** Walks the visible declarations only: what a private type holds is nobody's interface. */
    private static final class Missing extends TreePathScanner<Void, Void> {
        private final List<String> found = new ArrayList<>();
        private final DocTrees trees;

        Missing(DocTrees trees) {
            this.trees = trees;
        }

        @Override
        public Void visitClass(ClassTree type, Void none) {
            if (!visible(type.getModifiers())) {
                return none;
            }
            require(type.getSimpleName());
            if (type.getKind() == Tree.Kind.RECORD) {
                requireComponents(type);
            }
            return super.visitClass(type, none);
        }

        @Override
        public Void visitMethod(MethodTree method, Void none) {
            if (visible(method.getModifiers()) && !overrides(method)) {
                require(method.getName());
            }
            return none;
        }

        @Override
        public Void visitVariable(VariableTree field, Void none) {
            if (visible(field.getModifiers()) && !isComponent(field)) {
                require(field.getName());
            }
            return none;
        }

        private void requireComponents(ClassTree type) {
            DocCommentTree comment = trees.getDocCommentTree(getCurrentPath());
            Set<String> told =
                    comment == null
                            ? Set.of()
                            : comment.getBlockTags().stream()
                                    .filter(ParamTree.class::isInstance)
                                    .map(tag -> ((ParamTree) tag).getName().toString())
                                    .collect(Collectors.toSet());
            for (Tree member : type.getMembers()) {
                if (member instanceof VariableTree field
                        && !field.getModifiers().getFlags().contains(Modifier.STATIC)
                        && !told.contains(field.getName().toString())) {
                    found.add(place(type.getSimpleName()) + " @param " + field.getName());
                }
            }
        }

        private boolean isComponent(VariableTree field) {
            return enclosing().getKind() == Tree.Kind.RECORD
                    && !field.getModifiers().getFlags().contains(Modifier.STATIC);
        }

        private static boolean overrides(MethodTree method) {
            return method.getModifiers().getAnnotations().stream()
                    .anyMatch(note -> note.getAnnotationType().toString().equals("Override"));
        }

        /** Tells what others can see; the members of an interface need no modifier for it. */
        private boolean visible(ModifiersTree modifiers) {
            Set<Modifier> flags = modifiers.getFlags();
            if (flags.contains(Modifier.PUBLIC) || flags.contains(Modifier.PROTECTED)) {
                return true;
            }
            return enclosing() instanceof ClassTree type
                    && (type.getKind() == Tree.Kind.INTERFACE
                            || type.getKind() == Tree.Kind.ANNOTATION_TYPE)
                    && !flags.contains(Modifier.PRIVATE);
        }

        private Tree enclosing() {
            TreePath parent = getCurrentPath().getParentPath();
            return parent.getLeaf();
        }

        private void require(CharSequence name) {
            if (trees.getDocComment(getCurrentPath()) == null) {
                found.add(place(name));
            }
        }

        private String place(CharSequence name) {
            CompilationUnitTree unit = getCurrentPath().getCompilationUnit();
            long start =
                    trees.getSourcePositions().getStartPosition(unit, getCurrentPath().getLeaf());
            return unit.getSourceFile().getName()
                    + ":"
                    + unit.getLineMap().getLineNumber(start)
                    + " "
                    + name;
        }
    }
}
