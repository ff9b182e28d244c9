package propane.doctor;

import propane.engine.coreml.InterpretedShim;

/** A process that asks one question through the fake of the shim, or ends or hangs instead. */
public final class AskInterpreted {
    private AskInterpreted() {}

    /** Does what the first argument says. */
    public static void main(String[] arguments) throws InterruptedException {
        switch (arguments[0]) {
            case "dies" -> {
                System.err.println("MPSGraph: assertion failed");
                Runtime.getRuntime().halt(134);
            }
            case "hangs" -> Thread.sleep(Long.MAX_VALUE);
            default -> {
                InterpretedShim.install();
                AskOne.main(arguments);
            }
        }
    }
}
