package propane.cli;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.ForwardingJavaFileObject;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.JavaFileObject.Kind;
import javax.tools.SimpleJavaFileObject;

/** Source files as javac takes them: without a byte order mark, which it calls illegal. */
final class PlainSources extends ForwardingJavaFileManager<JavaFileManager> {
    PlainSources(JavaFileManager files) {
        super(files);
    }

    /** Returns a program that is read already as javac's input. */
    static JavaFileObject program(ProgramSource source) {
        return new Program(source);
    }

    @Override
    public Iterable<JavaFileObject> list(
            Location location, String packageName, Set<Kind> kinds, boolean recurse)
            throws IOException {
        Iterable<JavaFileObject> found = super.list(location, packageName, kinds, recurse);
        if (!kinds.contains(Kind.SOURCE)) {
            return found;
        }
        List<JavaFileObject> plain = new ArrayList<>();
        found.forEach(file -> plain.add(file.getKind() == Kind.SOURCE ? new Plain(file) : file));
        return plain;
    }

    @Override
    public JavaFileObject getJavaFileForInput(Location location, String className, Kind kind)
            throws IOException {
        JavaFileObject found = super.getJavaFileForInput(location, className, kind);
        return found != null && kind == Kind.SOURCE ? new Plain(found) : found;
    }

    @Override
    public String inferBinaryName(Location location, JavaFileObject file) {
        return super.inferBinaryName(location, file instanceof Plain plain ? plain.inner() : file);
    }

    @Override
    public boolean contains(Location location, FileObject file) throws IOException {
        return super.contains(location, file instanceof Plain plain ? plain.inner() : file);
    }

    @Override
    public boolean isSameFile(FileObject a, FileObject b) {
        return a.toUri().equals(b.toUri());
    }

    private static final class Plain extends ForwardingJavaFileObject<JavaFileObject> {
        Plain(JavaFileObject file) {
            super(file);
        }

        JavaFileObject inner() {
            return fileObject;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) throws IOException {
            CharSequence text = super.getCharContent(ignoreEncodingErrors);
            return !text.isEmpty() && text.charAt(0) == '\ufeff'
                    ? text.subSequence(1, text.length())
                    : text;
        }
    }

    private static final class Program extends SimpleJavaFileObject {
        private final ProgramSource source;

        Program(ProgramSource source) {
            super(uri(source), Kind.SOURCE);
            this.source = source;
        }

        private static URI uri(ProgramSource source) {
            return source.file().toUri();
        }

        @Override
        public String getName() {
            return source.shown();
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source.text();
        }

        @Override
        public boolean isNameCompatible(String simpleName, Kind kind) {
            // A class that comes over standard input may have any name.
            return source.standardInput() || super.isNameCompatible(simpleName, kind);
        }
    }
}
