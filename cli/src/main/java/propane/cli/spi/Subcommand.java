package propane.cli.spi;

import java.util.concurrent.Callable;

/**
 * A command beside {@code propane run} and the others: a class with picocli's {@code @Command},
 * which gives its name and what help says of it. It is found as a service: by {@code provides
 * propane.cli.spi.Subcommand with …} in a module on the module path, or a file {@code
 * META-INF/services/propane.cli.spi.Subcommand} on the class path. A module opens its package to
 * {@code info.picocli}, which fills in its fields.
 *
 * <p>{@code call} returns the exit code: 0 where all went well. Of an exception the text is told on
 * the standard error and the exit code is 1; {@code --stacktrace} tells the rest.
 */
public interface Subcommand extends Callable<Integer> {}
