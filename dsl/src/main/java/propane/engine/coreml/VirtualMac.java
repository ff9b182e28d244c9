package propane.engine.coreml;

import propane.ffm.MacKernel;

/** Tells whether this machine is a Mac that another machine only pretends to be. */
public final class VirtualMac {
    private VirtualMac() {}

    /** Returns whether it is, by what the system's kernel says; asked once. */
    public static boolean isHere() {
        return Asked.IS_VIRTUAL;
    }

    /** Asks when it is first wanted. */
    private static final class Asked {
        private static final boolean IS_VIRTUAL = MacKernel.says("kern.hv_vmm_present");
    }
}
