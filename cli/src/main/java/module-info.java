/** The command line: runs programs and jshell scripts written with Propane. */
module propane.cli {
    requires propane;
    requires propane.ffm;
    requires de.siegmar.fastcsv;
    requires info.picocli;
    requires java.compiler;
    requires jdk.compiler;
    requires jdk.jshell;

    exports propane.cli.spi;

    uses java.util.spi.ToolProvider;
    uses propane.cli.spi.Subcommand;

    opens propane.cli to
            info.picocli;
}
