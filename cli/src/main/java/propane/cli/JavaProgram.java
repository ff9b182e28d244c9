package propane.cli;

import propane.tensor.PropaneException;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A Java source file, compact or not, compiled and run in this process. */
final class JavaProgram {
    private final ProgramSource source;
    private final String file;
    private final List<String> arguments;
    private final ClassPath libraries;

    JavaProgram(ProgramSource source, List<String> arguments, ClassPath libraries) {
        this.source = source;
        file = source.shown();
        this.arguments = arguments;
        this.libraries = libraries;
    }

    /**
     * Compiles the program where it is not compiled already, and calls its main method.
     *
     * @throws ProgramException if it does not compile, has no main method, or fails
     */
    void run() throws IOException {
        Path classes = ProgramStore.besideTheBuild().compiled(source, libraries);
        try {
            var loader = new ProgramClasses(classes, libraries);
            Thread.currentThread().setContextClassLoader(loader);
            call(loader.loadClass(Files.readString(classes.resolve(ProgramStore.MAIN))));
        } catch (InvocationTargetException e) {
            var stops = ProgramStop.behind(e.getCause());
            if (stops.isEmpty()) {
                throw told(e.getCause());
            }
            stops.forEach(stop -> stop.at(place(stop)));
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new ProgramException(file + ": cannot be started: " + e, e);
        }
    }

    private void call(Class<?> type) throws ReflectiveOperationException {
        String[] given = arguments.toArray(String[]::new);
        for (Class<?>[] signature : new Class<?>[][] {{String[].class}, {}}) {
            for (Class<?> owner = type; owner != null; owner = owner.getSuperclass()) {
                for (Method method : owner.getDeclaredMethods()) {
                    if (isMain(method, signature)) {
                        method.setAccessible(true);
                        Object receiver = isStatic(method) ? type : instance(type);
                        method.invoke(
                                receiver,
                                signature.length == 0 ? new Object[0] : new Object[] {given});
                        return;
                    }
                }
            }
        }
        throw new ProgramException(
                file + ": has no main method; write one, as in: void main() { … }");
    }

    private static boolean isMain(Method method, Class<?>[] signature) {
        return method.getName().equals("main")
                && method.getReturnType() == void.class
                && !Modifier.isPrivate(method.getModifiers())
                && Arrays.equals(method.getParameterTypes(), signature);
    }

    private static boolean isStatic(Method method) {
        return Modifier.isStatic(method.getModifiers());
    }

    private static Object instance(Class<?> type) throws ReflectiveOperationException {
        var constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        return constructor.newInstance();
    }

    private ProgramException told(Throwable error) {
        return error instanceof PropaneException own
                ? new ProgramException(own)
                : new ProgramException(place(error), error.toString(), error);
    }

    /** Returns the innermost line of the program that an error comes from. */
    private String place(Throwable error) {
        return Arrays.stream(error.getStackTrace())
                .filter(frame -> ProgramClasses.NAME.equals(frame.getClassLoaderName()))
                .findFirst()
                .map(frame -> file + ":" + frame.getLineNumber())
                .orElse(file);
    }
}
