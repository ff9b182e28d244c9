package propane.doctor;

import com.sun.management.OperatingSystemMXBean;

import propane.engine.Engine;
import propane.engine.coreml.VirtualMac;
import propane.ffm.Availability;
import propane.ffm.NativeException;
import propane.ffm.dnnl.DnnlLibrary;
import propane.ffm.shim.Shim;
import propane.json.JsonField;
import propane.tensor.FormatException;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What is there, without asking Core ML anything that could go wrong. */
final class Facts {
    /** The fact whose Core ML answers: {@code apple}, or a stand-in of tests. */
    static final String CORE_ML = "Core ML";

    private static final String VIRTUAL = "virtual machine";
    private static final String YES = "yes";
    private static final double GIGA = 1L << 30;

    private Facts() {}

    /** Returns what is there, by name. */
    static Map<String, String> gather(String version) {
        var facts = new LinkedHashMap<String, String>();
        facts.put("propane", version);
        facts.put(
                "java",
                Runtime.version()
                        + " ("
                        + System.getProperty("java.vm.name")
                        + ", "
                        + System.getProperty("java.vendor")
                        + ")");
        facts.put(
                "system",
                System.getProperty("os.name")
                        + " "
                        + System.getProperty("os.version")
                        + " on "
                        + System.getProperty("os.arch"));
        boolean mac = System.getProperty("os.name").startsWith("Mac");
        if (mac) {
            facts.put(VIRTUAL, VirtualMac.isHere() ? YES : "no");
        }
        facts.put(TemporaryFolder.VARIABLE, TemporaryFolder.state(System.getenv(), mac));
        facts.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        facts.put("memory", memory());
        String threads = System.getProperty("propane.threads", "");
        facts.put("threads", threads.isEmpty() ? "as many as processors" : threads);
        facts.put("oneDNN", text(DnnlLibrary.availability()));
        facts.put("CPU engine", Engine.cpu().describe());
        facts.put("Core ML shim", text(Shim.availability()));
        facts.put(
                "Neural Engine", Engine.neuralEngine().engines().getFirst().available().toString());
        facts.putAll(devices());
        facts.replaceAll((_, fact) -> discreet(fact));
        return facts;
    }

    /** Returns whether facts are those of a virtual machine on a Mac. */
    static boolean isVirtual(Map<String, String> facts) {
        return facts.getOrDefault(VIRTUAL, "no").equals(YES);
    }

    private static String memory() {
        String heap = gigabytes(Runtime.getRuntime().maxMemory()) + " of heap at most";
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? gigabytes(system.getTotalMemorySize()) + ", " + heap
                : heap;
    }

    private static String gigabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / GIGA);
    }

    private static String text(Availability availability) {
        return switch (availability) {
            case Availability.Available(String description) -> description;
            case Availability.Missing(String reason) -> "not there: " + reason;
        };
    }

    /** What the shim tells: whose Core ML it is, processors, memory and heat. */
    private static Map<String, String> devices() {
        if (Shim.availability() instanceof Availability.Missing) {
            return Map.of();
        }
        var facts = new LinkedHashMap<String, String>();
        try {
            JsonField told = JsonField.parse(Shim.devices(), "devices");
            var devices = new ArrayList<String>();
            for (JsonField device : told.at("devices").items()) {
                devices.add(
                        device.at("kind").string()
                                + (device.has("name") ? " " + device.at("name").string() : "")
                                + (device.has("cores")
                                        ? " of " + device.at("cores").whole() + " cores"
                                        : ""));
            }
            facts.put(CORE_ML, told.at("core_ml").string());
            facts.put("devices", String.join(", ", devices));
            if (told.has("thermal")) {
                facts.put("thermal state", told.at("thermal").string());
            }
        } catch (NativeException | FormatException e) {
            facts.put("devices", "not known: " + e.getMessage());
        }
        return facts;
    }

    /** Returns a text without the user's name, as it may stand in public. */
    static String discreet(String text) {
        return text.replace(System.getProperty("user.home"), "~");
    }
}
