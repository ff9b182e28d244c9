package propane.nn.optimizer;

import static java.util.Map.entry;

import propane.nn.WeightFilters;
import propane.nn.schedule.Schedules;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.TensorType;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * All optimizers that {@link Optimizer} makes, and each of their settings that is on or off, read
 * from the methods themselves: a new one is tested without being listed.
 */
public final class EveryOptimizer {
    /** Learning rates that are usual; those of optimizers that are not here are 0.003. */
    private static final Map<String, Double> RATES =
            Map.ofEntries(
                    entry("sgd", 0.05),
                    entry("lars", 5.0),
                    entry("lion", 2e-3),
                    entry("adagrad", 0.03),
                    entry("rmsprop", 1e-3),
                    entry("adadelta", 1.0),
                    entry("adamax", 5e-3),
                    entry("lamb", 0.02),
                    entry("radam", 0.02),
                    entry("adafactor", 0.05),
                    entry("muon", 0.02));

    /** What only one optimizer can be set to: its factory takes it after the learning rate. */
    public static final Map<String, List<Object>> OWN =
            Map.of(
                    "sgd", List.of(0.9, 0.3),
                    "lars", List.of(1.5e-3, WeightFilters.all()),
                    "adagrad", List.of(0.1),
                    "adadelta", List.of(0.95),
                    "lamb", List.of(WeightFilters.matrices()),
                    "nadam", List.of(0.01),
                    "adafactor", List.of(-0.7, 1.5),
                    "muon", List.of(true));

    /** What takes no learning rate: it is made of parts or of other optimizers. */
    static final Set<String> OF_OTHERS = Set.of("chain", "paramGroups");

    private EveryOptimizer() {}

    /** Returns the methods that take a number for a learning rate, by name. */
    static Stream<Method> factories() {
        return Stream.of(Optimizers.class.getMethods())
                .filter(method -> Modifier.isStatic(method.getModifiers()))
                .filter(method -> List.of(method.getParameterTypes()).equals(List.of(double.class)))
                .sorted(Comparator.comparing(Method::getName));
    }

    /** Returns the methods that take a number for a learning rate and more. */
    static Stream<Method> ownFactories() {
        return Stream.of(Optimizers.class.getMethods())
                .filter(method -> Modifier.isStatic(method.getModifiers()))
                .filter(method -> method.getParameterCount() > 1)
                .filter(method -> method.getParameterTypes()[0] == double.class)
                .sorted(Comparator.comparing(Method::getName));
    }

    /** Returns each optimizer as it is made with a learning rate, by its name. */
    public static Map<String, Optimizer> made(double learningRate) {
        var all = new LinkedHashMap<String, Optimizer>();
        factories().forEach(each -> all.put(each.getName(), call(each, null, learningRate)));
        return all;
    }

    /**
     * Returns each optimizer with its usual learning rate, and with each of its settings that is on
     * or off the other way, for weights of any shape; and one of each kind that is made of others.
     */
    public static Map<String, Optimizer> usual() {
        var all = new LinkedHashMap<String, Optimizer>();
        factories()
                .forEach(factory -> {
                    String name = factory.getName();
                    Optimizer made = call(factory, null, RATES.getOrDefault(name, 3e-3));
                    all.put(name, made);
                    switches(made)
                            .forEach(setting -> {
                                Optimizer on = call(setting, withMomentum(made), true);
                                Optimizer off = call(setting, withMomentum(made), false);
                                all.put(
                                        name + " " + setting.getName(),
                                        on.equals(withMomentum(made)) ? off : on);
                            });
                });
        ownFactories()
                .forEach(factory -> {
                    String name = factory.getName();
                    var values = new ArrayList<Object>(OWN.get(name));
                    values.addFirst(RATES.getOrDefault(name, 3e-3));
                    all.put(name + " of its own", call(factory, null, values.toArray()));
                });
        all.replaceAll((_, optimizer) -> forAllShapes(optimizer));
        all.put("schedules", schedules());
        all.put("paramGroups", groups());
        all.put("chain", chain());
        return all;
    }

    private static Optimizer schedules() {
        return Optimizers.sgd(0.05)
                .momentum(Schedules.linear(0.5, 0.9, 40))
                .weightDecay(Schedules.cosineDecay(1e-2, 40));
    }

    private static Optimizer groups() {
        return Optimizers.paramGroups(
                Optimizers.adam(3e-3).paramGroup(WeightFilters.under("dense_1")),
                Optimizers.sgd(0.05));
    }

    private static Optimizer chain() {
        return Optimizers.chain(
                GradientTransforms.momentum(0.5),
                GradientTransforms.momentum(0.8),
                GradientTransforms.sign(),
                GradientTransforms.addDecayedWeights(0.01).masked(WeightFilters.matrices()),
                GradientTransforms.scaleByLearningRate(2e-3));
    }

    /** Where decay is applied shows only where there is some: tests of decay set it. */
    private static Stream<Method> switches(Optimizer optimizer) {
        return settings(optimizer, boolean.class)
                .filter(setting -> !setting.getName().equals("decoupledWeightDecay"));
    }

    /** Returns the methods of an optimizer that set something of a type. */
    public static Stream<Method> settings(Optimizer optimizer, Class<?> type) {
        return settings(optimizer.getClass())
                .filter(method -> List.of(method.getParameterTypes()).equals(List.of(type)));
    }

    /** Returns the methods of a family of optimizers that return another one of its kind. */
    public static Stream<Method> settings(Class<?> type) {
        return Stream.of(type.getMethods())
                .filter(method -> method.getReturnType() == type || isShared(method))
                .sorted(Comparator.comparing(Method::toString));
    }

    /** Bridges stand for the settings that all families have, which hidden classes declare. */
    private static boolean isShared(Method method) {
        return method.isBridge() && method.getReturnType() == Optimizer.class;
    }

    /** What is of a momentum is set where there is one. */
    private static Optimizer withMomentum(Optimizer optimizer) {
        return settings(optimizer, double.class)
                .filter(setting -> setting.getName().equals("momentum"))
                .map(setting -> call(setting, optimizer, 0.9))
                .findFirst()
                .orElse(optimizer);
    }

    private static Optimizer call(Method method, Object of, Object... values) {
        try {
            method.setAccessible(true);
            return (Optimizer) method.invoke(of, values);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new AssertionError(method + " with " + List.of(values), e);
        }
    }

    /** Leaves what is no matrix to another optimizer where one refuses it. */
    private static Optimizer forAllShapes(Optimizer optimizer) {
        return takesVectors(optimizer)
                ? optimizer
                : Optimizers.paramGroups(
                        optimizer.paramGroup(WeightFilters.matrices()), Optimizers.adam(3e-3));
    }

    static boolean takesVectors(Optimizer optimizer) {
        NDArray vector = NDArray.full(TensorType.float32(Shape.shape(3)), 1);
        try {
            new KeptSlots(vector.shape(), 1).step(optimizer, vector, vector);
            return true;
        } catch (ShapeException e) {
            return false;
        }
    }
}
