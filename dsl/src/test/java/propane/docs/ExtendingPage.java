package propane.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The page of what others add, taken apart.
 *
 * @param sections the sections by their headings, in order
 */
record ExtendingPage(Map<String, String> sections) {
    /** What stands before each program of the page. */
    static final String IMPORTS = "import module java.base;\nimport module propane;\n";

    private static final Path FILE = Path.of("../docs/extending.md");
    private static final Pattern SECTION =
            Pattern.compile("^## (.*?)\\n(.*?)(?=^## |\\z)", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern BLOCK =
            Pattern.compile("^```java\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern NAME =
            Pattern.compile(
                    "^(?:public )?(?:final )?(?:class|record|interface) (\\w+)", Pattern.MULTILINE);
    private static final Pattern SERVICE =
            Pattern.compile("`META-INF/services/([\\w.]+)`[^`]*`(\\w+)`");

    static ExtendingPage read() throws IOException {
        var sections = new LinkedHashMap<String, String>();
        var matcher = SECTION.matcher(Files.readString(FILE));
        while (matcher.find()) {
            sections.put(matcher.group(1), matcher.group(2));
        }
        return new ExtendingPage(sections);
    }

    /** Returns the classes of a section; scripts, which begin with no comment, run elsewhere. */
    static List<String> blocks(String section) {
        return BLOCK.matcher(section)
                .results()
                .map(block -> block.group(1))
                .filter(block -> block.startsWith("/**") || block.contains("\npublic "))
                .toList();
    }

    /** Returns the sources of all classes of the page that need no more than Propane, by name. */
    Map<String, String> sources() {
        var sources = new LinkedHashMap<String, String>();
        for (String section : sections.values()) {
            for (String block : blocks(section)) {
                var name = NAME.matcher(block);
                if (name.find() && !block.contains("propane.cli")) {
                    sources.put(name.group(1), IMPORTS + block);
                }
            }
        }
        return sources;
    }

    /** Returns the classes that the page says files of services name, by service. */
    Map<String, List<String>> services() {
        var services = new LinkedHashMap<String, List<String>>();
        var matcher = SERVICE.matcher(String.join("\n", sections.values()));
        while (matcher.find()) {
            services.computeIfAbsent(matcher.group(1), _ -> new ArrayList<>())
                    .add(matcher.group(2));
        }
        return services;
    }
}
