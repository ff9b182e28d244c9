package propane.attack;

/** What became of an input. */
enum Outcome {
    /** It was read: nothing was wrong with it, or nothing that matters. */
    LOADED("loaded"),
    /** An error that says what is wrong with it. */
    REFUSED("refused"),
    /** Any other error. */
    ESCAPED("escaped"),
    /** More than two seconds of processor time, whatever else became of it. */
    SLOW("slow"),
    /** It was refused, but something had changed before. */
    CHANGED("changed state");

    private final String word;

    Outcome(String word) {
        this.word = word;
    }

    /** Returns whether it is as it should be. */
    boolean isGood() {
        return this == LOADED || this == REFUSED;
    }

    @Override
    public String toString() {
        return word;
    }
}
