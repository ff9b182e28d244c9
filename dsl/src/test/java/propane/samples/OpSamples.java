package propane.samples;

import propane.spi.op.CustomOp;
import propane.spi.op.Leaf;
import propane.spi.op.Op;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The sample operations of every op there is. */
public final class OpSamples {
    /** How many operations each sample makes; {@code .ci/repeats} makes more. */
    public static final int SEEDS = Integer.getInteger("propane.seeds", 3);

    private OpSamples() {}

    /** Returns every kind of op but leaves: the records under the sealed type. */
    public static List<Class<? extends Op>> kinds() {
        // An op may stand under two narrower types.
        var found = new LinkedHashSet<Class<? extends Op>>();
        families().forEach(family -> collect(family, found));
        return List.copyOf(found);
    }

    /** Returns the families: what the sealed type permits, but leaves and ops of others. */
    public static List<Class<?>> families() {
        return Stream.of(Op.class.getPermittedSubclasses())
                .<Class<?>>map(family -> family)
                .filter(family -> family != Leaf.class && family != CustomOp.class)
                .toList();
    }

    private static void collect(Class<?> type, Set<Class<? extends Op>> found) {
        if (type.isRecord()) {
            found.add(type.asSubclass(Op.class));
        } else {
            for (Class<?> narrower : type.getPermittedSubclasses()) {
                collect(narrower, found);
            }
        }
    }

    /** Returns the samples of all families. */
    public static List<OpSample> all() {
        return families().stream().flatMap(family -> of(family).stream()).toList();
    }

    /** Returns the samples of one family. */
    public static List<OpSample> of(Class<?> family) {
        String name = OpSamples.class.getPackageName() + "." + family.getSimpleName() + "Samples";
        try {
            var samples = (FamilySamples) Class.forName(name).getConstructor().newInstance();
            return samples.samples();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(
                    "the ops of " + family + " need samples in a public class " + name, e);
        }
    }

    /** Returns the operations of all samples for all seeds. */
    public static Stream<OpSample.Made> made() {
        return made(SEEDS);
    }

    /** Returns the operations of some seeds from 0 on. */
    public static Stream<OpSample.Made> made(int seeds) {
        return all().stream().flatMap(sample -> LongStream.range(0, seeds).mapToObj(sample::make));
    }
}
