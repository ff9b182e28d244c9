package propane.ffm;

/** Whether a native library can be used here. */
public sealed interface Availability {
    /**
     * It is loaded.
     *
     * @param description its name and version, for example {@code oneDNN 3.13.0}
     */
    record Available(String description) implements Availability {
        @Override
        public String toString() {
            return description;
        }
    }

    /**
     * It cannot be used.
     *
     * @param reason why, and what would help
     */
    record Missing(String reason) implements Availability {
        @Override
        public String toString() {
            return reason;
        }
    }
}
