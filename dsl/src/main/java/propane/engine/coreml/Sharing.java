package propane.engine.coreml;

import java.util.List;

/**
 * Whether a step may lie in surfaces, and why not.
 *
 * @param isWanted whether it may
 * @param reason why it may not, or empty
 */
record Sharing(boolean isWanted, String reason) {
    private static final Sharing WANTED = new Sharing(true, "");

    /** Returns what is known before anything was tried. */
    static Sharing known() {
        return Surfaces.refusal().map(Sharing::refused).orElse(WANTED);
    }

    static Sharing refused(String reason) {
        return new Sharing(false, reason);
    }

    /** Returns what follows of a first prediction over surfaces that failed. */
    static Sharing refusedBy(Throwable failure) {
        String text = String.valueOf(failure.getMessage());
        return refused(
                "a first prediction over them failed: " + text.lines().findFirst().orElse(""));
    }

    /** Returns a line for the report where memory is not shared for a reason. */
    List<String> notes() {
        return isWanted ? List.of() : List.of("plain memory in place of surfaces: " + reason);
    }
}
