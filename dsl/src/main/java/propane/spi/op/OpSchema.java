package propane.spi.op;

import propane.tensor.EngineException;
import propane.tensor.Problem;
import propane.tensor.Tensor;

import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What an op's record says of itself: its name in MIL and its operands, by reflection. */
public final class OpSchema {
    private static final ClassValue<OpSchema> SCHEMAS =
            new ClassValue<>() {
                @Override
                protected OpSchema computeValue(Class<?> type) {
                    return new OpSchema(type);
                }
            };

    private final String name;
    private final List<Operand> operands;
    private final Constructor<?> constructor;

    private OpSchema(Class<?> type) {
        if (!type.isRecord()) {
            throw new EngineException(
                    Problem.ofRule(
                                    type.getName()
                                            + ": an op is a record, whose components are its"
                                            + " operands")
                            .fix("make it a record that implements CustomOp"));
        }
        RecordComponent[] components = type.getRecordComponents();
        this.name = snake(type.getSimpleName());
        try {
            this.operands = Arrays.stream(components).map(Operand::new).toList();
            this.constructor =
                    type.getDeclaredConstructor(
                            Arrays.stream(components)
                                    .map(RecordComponent::getType)
                                    .toArray(Class<?>[]::new));
            this.constructor.setAccessible(true);
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        } catch (InaccessibleObjectException e) {
            throw new EngineException(
                    Problem.ofRule(
                                    type.getName()
                                            + ": "
                                            + type.getModule()
                                            + " does not let Propane read the op's components")
                            .fix(
                                    "make the record public and say \"exports "
                                            + type.getPackageName()
                                            + ";\" in module-info.java, or \"opens\""),
                    e);
        }
    }

    /** Returns the schema of an op. */
    public static OpSchema of(Op op) {
        return SCHEMAS.get(op.getClass());
    }

    /** Returns the schema of a kind of op. */
    public static OpSchema of(Class<? extends Op> type) {
        return SCHEMAS.get(type);
    }

    /** Returns the op's name in MIL, for example {@code reduce_sum}. */
    public String name() {
        return name;
    }

    /** Returns the record's components in order. */
    public List<Operand> parts() {
        return operands;
    }

    /** Returns the tensors among an op's components, lists of them spread out. */
    public List<Tensor> operands(Op op) {
        var found = new ArrayList<Tensor>();
        for (Operand operand : operands) {
            switch (operand.value(op)) {
                case Tensor tensor -> found.add(tensor);
                case List<?> list -> {
                    for (Object element : list) {
                        if (element instanceof Tensor tensor) {
                            found.add(tensor);
                        }
                    }
                }
                default -> {}
            }
        }
        return found;
    }

    /** Returns the same op over other tensors, given in the order of {@link #operands}. */
    public Op withOperands(Op op, List<Tensor> tensors) {
        var next = tensors.iterator();
        Object[] values = new Object[operands.size()];
        for (int i = 0; i < values.length; i++) {
            Object value = operands.get(i).value(op);
            values[i] =
                    switch (value) {
                        case Tensor _ -> next.next();
                        case List<?> list
                                when !list.isEmpty() && list.getFirst() instanceof Tensor ->
                                list.stream().map(_ -> next.next()).toList();
                        default -> value;
                    };
        }
        return make(values);
    }

    /** Makes an op from the values of all its components. */
    public Op make(Object... values) {
        try {
            return (Op) constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException runtime) {
                throw runtime;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new AssertionError(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    static String snake(String camel) {
        return camel.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }

    /** One component of an op's record. */
    public static final class Operand {
        private final RecordComponent component;
        private final String name;

        private Operand(RecordComponent component) {
            this.component = component;
            this.name = snake(component.getName());
            component.getAccessor().setAccessible(true);
        }

        /** Returns name and Java type. */
        @Override
        public String toString() {
            return name + ": " + javaType().getSimpleName();
        }

        /** Returns its name in MIL, for example {@code transpose_x}. */
        public String name() {
            return name;
        }

        /** Returns its Java type. */
        public Class<?> javaType() {
            return component.getType();
        }

        /** Returns its generic Java type. */
        public java.lang.reflect.Type genericType() {
            return component.getGenericType();
        }

        /** Returns its value in an op. */
        public Object value(Op op) {
            try {
                return component.getAccessor().invoke(op);
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Returns the name and the operands. */
    @Override
    public String toString() {
        return name + operands;
    }
}
