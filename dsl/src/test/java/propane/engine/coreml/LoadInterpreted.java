package propane.engine.coreml;

/** A probe's process with the fake of the shim, or one that ends or hangs. */
public final class LoadInterpreted {
    private LoadInterpreted() {}

    /** Does what the package's name says. */
    public static void main(String[] arguments) throws InterruptedException {
        if (arguments[0].endsWith("dies.mlpackage")) {
            System.err.println("ANECCompile() FAILED");
            Runtime.getRuntime().halt(134);
        }
        if (arguments[0].endsWith("hangs.mlpackage")) {
            Thread.sleep(Long.MAX_VALUE);
        }
        boolean shared = Boolean.parseBoolean(arguments[3]);
        if (shared && arguments[0].endsWith("breaks.mlpackage")) {
            System.out.println(Probe.LOADED);
            System.out.flush();
            Runtime.getRuntime().halt(134);
        }
        InterpretedShim.install();
        InterpretedShim.refuseSurfaces(arguments[0].endsWith("refuses.mlpackage"));
        LoadOnce.main(arguments);
    }
}
