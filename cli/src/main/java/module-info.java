/** The command line: runs programs and jshell scripts written with Propane. */
module propane.cli {
    requires propane;
    requires propane.ffm;
    requires info.picocli;
    requires java.compiler;
    requires jdk.compiler;
    requires jdk.jshell;

    uses java.util.spi.ToolProvider;

    opens propane.cli to
            info.picocli;
}
