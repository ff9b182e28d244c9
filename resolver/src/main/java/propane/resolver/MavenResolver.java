package propane.resolver;

import eu.maveniverse.maven.mima.context.Context;
import eu.maveniverse.maven.mima.context.ContextOverrides;
import eu.maveniverse.maven.mima.runtime.standalonestatic.StandaloneStaticRuntime;

import org.apache.maven.settings.building.DefaultSettingsBuildingRequest;
import org.apache.maven.settings.building.SettingsBuilder;
import org.apache.maven.settings.building.SettingsBuildingException;
import org.eclipse.aether.DefaultRepositorySystemSession;
import org.eclipse.aether.RepositorySystemSession;
import org.eclipse.aether.artifact.Artifact;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.collection.CollectRequest;
import org.eclipse.aether.graph.Dependency;
import org.eclipse.aether.resolution.ArtifactResolutionException;
import org.eclipse.aether.resolution.ArtifactResult;
import org.eclipse.aether.resolution.DependencyRequest;
import org.eclipse.aether.resolution.DependencyResolutionException;
import org.eclipse.aether.util.artifact.JavaScopes;
import org.eclipse.aether.util.filter.DependencyFilterUtils;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * Resolves artifacts and their transitive runtime dependencies from Maven repositories, with the
 * settings and the local repository that {@code mvn} uses. What the local repository holds is not
 * fetched. A tool, so that the command line can load it with its libraries only when it is asked
 * for.
 */
public final class MavenResolver implements ToolProvider {
    /** Made by the service loader. */
    public MavenResolver() {}

    @Override
    public String name() {
        return "propane-resolver";
    }

    /**
     * Prints the path of each file, one a line, in the order of a class path.
     *
     * @param out where paths are printed
     * @param err where one line says what could not be resolved, and why
     * @param coordinates what to resolve together, each {@code group:artifact:version}, or {@code
     *     group:artifact:extension:classifier:version}
     * @return 0, or 1 where something could not be resolved
     */
    @Override
    public int run(PrintWriter out, PrintWriter err, String... coordinates) {
        try {
            resolve(Stream.of(coordinates).map(DefaultArtifact::new).toList())
                    .forEach(out::println);
            return 0;
        } catch (RuntimeException | DependencyResolutionException | SettingsBuildingException e) {
            err.println(reason(e));
            return 1;
        }
    }

    /** Returns the message that names files and repositories; what it came to says less. */
    private static String reason(Exception failure) {
        Throwable telling =
                Stream.iterate((Throwable) failure, each -> each != null, Throwable::getCause)
                        .filter(each ->
                                each instanceof ArtifactResolutionException
                                        || each instanceof SettingsBuildingException)
                        .findFirst()
                        .orElse(failure);
        return Objects.requireNonNullElse(telling.getMessage(), telling.toString());
    }

    private static List<Path> resolve(List<? extends Artifact> artifacts)
            throws DependencyResolutionException, SettingsBuildingException {
        try (Context context = new StandaloneStaticRuntime().create(environment())) {
            var wanted =
                    artifacts.stream()
                            .map(artifact -> new Dependency(artifact, JavaScopes.RUNTIME))
                            .toList();
            var collect = new CollectRequest(wanted, List.of(), context.remoteRepositories());
            var runtime = DependencyFilterUtils.classpathFilter(JavaScopes.RUNTIME);
            return context
                    .repositorySystem()
                    .resolveDependencies(session(context), new DependencyRequest(collect, runtime))
                    .getArtifactResults()
                    .stream()
                    .map(ArtifactResult::getArtifact)
                    .map(artifact -> artifact.getFile().toPath())
                    .toList();
        }
    }

    /** The library goes by the user's settings, all but {@code <offline>}. */
    private static RepositorySystemSession session(Context context)
            throws SettingsBuildingException {
        var session = new DefaultRepositorySystemSession(context.repositorySystemSession());
        var request = new DefaultSettingsBuildingRequest();
        request.setUserSettingsFile(context.mavenUserHome().settingsXml().toFile());
        request.setSystemProperties(System.getProperties());
        var settings = context.lookup().lookup(SettingsBuilder.class).orElseThrow();
        session.setOffline(settings.build(request).getEffectiveSettings().isOffline());
        return session;
    }

    /** Returns what {@code mvn} would go by: the user's settings, and {@code maven.repo.local}. */
    private static ContextOverrides environment() {
        var overrides =
                ContextOverrides.create()
                        .withUserSettings(true)
                        .withMavenUserHomeOverride(Path.of(System.getProperty("user.home"), ".m2"));
        String repository = System.getProperty("maven.repo.local", "");
        if (!repository.isEmpty()) {
            overrides.withLocalRepositoryOverride(Path.of(repository).toAbsolutePath());
        }
        return overrides.build();
    }
}
