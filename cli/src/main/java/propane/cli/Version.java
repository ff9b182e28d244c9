package propane.cli;

import picocli.CommandLine.IVersionProvider;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;

/** Says which Propane this is and on which Java it runs. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        // On the class path there is no descriptor.
        String version =
                Optional.ofNullable(Version.class.getModule().getDescriptor())
                        .flatMap(ModuleDescriptor::rawVersion)
                        .orElse("of an unnamed build");
        return new String[] {"propane " + version, "java " + Runtime.version()};
    }
}
