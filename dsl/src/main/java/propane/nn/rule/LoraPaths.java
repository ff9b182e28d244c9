package propane.nn.rule;

/** What the two layers of a low-rank addition are called in paths. */
public final class LoraPaths {
    /** The layer to the low rank. */
    public static final String DOWN = "lora_down";

    /** The layer back from it. */
    public static final String UP = "lora_up";

    private LoraPaths() {}

    /** Returns whether what is at a path is part of an addition. */
    public static boolean isOfOne(String path) {
        String all = "/" + path + "/";
        return all.contains("/" + DOWN + "/") || all.contains("/" + UP + "/");
    }
}
