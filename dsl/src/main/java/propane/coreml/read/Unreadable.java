package propane.coreml.read;

/** An operation is sound, as far as can be seen, but no ops of ours mean the same. */
final class Unreadable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says why. */
    Unreadable(String why) {
        super(why);
    }
}
