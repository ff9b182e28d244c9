package propane.cli;

import picocli.CommandLine.IVersionProvider;

/** Says which Propane this is and on which Java it runs. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version =
                Version.class
                        .getModule()
                        .getDescriptor()
                        .rawVersion()
                        .orElse("of an unnamed build");
        return new String[] {"propane " + version, "java " + Runtime.version()};
    }
}
