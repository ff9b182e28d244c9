package propane.differential;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import propane.nn.Layer;
import propane.nn.layer.Layers;
import propane.nn.loss.Losses;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.EveryOptimizer;
import propane.nn.optimizer.Optimizer;
import propane.nn.optimizer.Optimizers;
import propane.nn.schedule.Schedules;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What {@code .ci/differential} draws is all that there is. */
class DrawnTrainingTest {
    private static final int TRAININGS = 800;

    /** What computes each case once more. */
    private static final Path PYTORCH = Path.of("../.ci/differential.d");

    private static final List<Class<?>> FACTORIES =
            List.of(Layers.class, Losses.class, Optimizers.class, Schedules.class, Metrics.class);

    /** What no case can draw, each with the reason. */
    private static final Map<String, String> EXCEPTIONS =
            Map.of(
                    "Metrics.auc.binned", "an approximation, held by its own test",
                    "Metrics.confusionMatrix.classes",
                            "changes how a table reads, not what is in it",
                    "Metrics.loss", "compared in every case without being asked for",
                    "Layers.maxPool.excludingPadding", "an error: padding has no part in it",
                    "Metrics.scalar", "what the steps of triplet margins report, without a term",
                    "Optimizers.muon of 2",
                            "rounds to eight bits between products, which float64 cannot follow",
                    "Losses.ctc of 0", "labels as long as outputs are in time seldom fit",
                    "Optimizers.chain", "each optimizer that is drawn is one",
                    "Layers.remat.tiedTo", "a layer of any kind can be tied, dense ones are");

    private static final Map<String, Set<String>> DRAWN = new TreeMap<>();
    private static final Set<String> GIVEN = new TreeSet<>();

    @BeforeAll
    static void draw() {
        for (long seed = 0; seed < TRAININGS; seed++) {
            DrawnTraining.draw(seed).walk(DrawnTrainingTest::see);
        }
    }

    private static void see(Term term) {
        DRAWN.computeIfAbsent(name(term.from(), term.name()), _ -> new TreeSet<>())
                .addAll(term.settings().keySet());
        GIVEN.add(given(term.from(), term.name(), term.arguments().size()));
    }

    private static String given(Class<?> factory, String method, int count) {
        return name(factory, method) + " of " + count;
    }

    /** What only one loss, metric or optimizer can be set to is given to its factory. */
    @Test
    void everyLossMetricAndOptimizerIsDrawnWithAllThatItsFactoryTakes() {
        var missing = new TreeSet<String>();
        for (Class<?> factory : List.of(Losses.class, Metrics.class, Optimizers.class)) {
            for (Method method : factory.getMethods()) {
                String name = name(factory, method.getName());
                boolean isDrawn = !EXCEPTIONS.containsKey(name);
                if (Modifier.isStatic(method.getModifiers()) && !method.isVarArgs() && isDrawn) {
                    missing.add(given(factory, method.getName(), method.getParameterCount()));
                }
            }
        }
        missing.removeAll(GIVEN);
        missing.removeAll(EXCEPTIONS.keySet());
        assertThat(missing).isEmpty();
    }

    private static String name(Class<?> factory, String method) {
        return factory.getSimpleName() + "." + method;
    }

    @Test
    void everyLayerLossOptimizerScheduleAndMetricIsDrawn() {
        var missing = new TreeSet<String>();
        for (Class<?> factory : FACTORIES) {
            for (Method method : factory.getMethods()) {
                if (Modifier.isStatic(method.getModifiers())) {
                    missing.add(name(factory, method.getName()));
                }
            }
        }
        missing.removeAll(DRAWN.keySet());
        missing.removeAll(EXCEPTIONS.keySet());
        assertThat(missing).isEmpty();
    }

    /** PyTorch's side names each factory, those over one, two or three axes by one name. */
    @Test
    void allThatIsDrawnIsKnownToPyTorchsSide() throws IOException {
        var text = new StringBuilder();
        try (var files = Files.newDirectoryStream(PYTORCH, "*.py")) {
            for (Path file : files) {
                text.append(Files.readString(file));
            }
        }
        String python = text.toString();
        var missing = new TreeSet<String>();
        for (String name : DRAWN.keySet()) {
            String method = name.substring(name.indexOf('.') + 1);
            boolean isOurs = FACTORIES.stream().anyMatch(of -> name.equals(name(of, method)));
            if (isOurs && Stream.of(method, family(method)).noneMatch(of -> isIn(of, python))) {
                missing.add(name);
            }
        }
        // Drawn as a step of one's own, which PyTorch's side knows by its three examples.
        missing.remove("Losses.tripletMargin");
        assertThat(missing).as("what %s lacks", PYTORCH).isEmpty();
    }

    private static boolean isIn(String factory, String python) {
        return python.contains('"' + factory + '"');
    }

    @Test
    void everySettingIsDrawn() {
        var missing = new TreeSet<String>();
        for (Class<?> factory : FACTORIES) {
            for (Method method : factory.getMethods()) {
                String name = name(factory, method.getName());
                if (Modifier.isStatic(method.getModifiers()) && DRAWN.containsKey(name)) {
                    String family = family(name);
                    var drawn = drawnOf(family);
                    settings(method.getReturnType())
                            .filter(setting -> !drawn.contains(setting))
                            .forEach(setting -> missing.add(family + "." + setting));
                }
            }
        }
        missing.removeAll(EXCEPTIONS.keySet());
        assertThat(missing).isEmpty();
    }

    /** Settings are those of a layer over one, two or three axes alike. */
    private static String family(String name) {
        return name.replaceAll("[123]d$", "");
    }

    private static Set<String> drawnOf(String family) {
        return DRAWN.entrySet().stream()
                .filter(each -> family(each.getKey()).equals(family))
                .flatMap(each -> each.getValue().stream())
                .collect(Collectors.toSet());
    }

    private static boolean isSetting(Method method, Class<?> type) {
        return Optimizer.class.isAssignableFrom(type)
                ? EveryOptimizer.settings(type).anyMatch(method::equals)
                : method.getReturnType() == type && !method.isBridge();
    }

    /** Returns the methods of a layer, loss, … that return another one of its kind. */
    private static Stream<String> settings(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(method -> !Modifier.isStatic(method.getModifiers()))
                .filter(method -> isSetting(method, type))
                .filter(_ -> type != Layer.class && type != Optimizer.class)
                .map(Method::getName)
                .distinct();
    }
}
