package propane.differential;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;

/** Calls of public methods by name. */
final class Calls {
    private Calls() {}

    /** Returns what a static method returns, or a constant of that name holds. */
    static Object ofFactory(Class<?> factory, String name, List<Object> values) {
        boolean isMethod =
                List.of(factory.getMethods()).stream()
                        .anyMatch(each -> each.getName().equals(name));
        try {
            return isMethod
                    ? invoke(factory, factory, name, values)
                    : factory.getField(name).get(factory);
        } catch (NoSuchFieldException | IllegalAccessException e) {
            throw new IllegalArgumentException(factory + " has no " + name, e);
        }
    }

    /** Returns what a method of an object returns. */
    static Object of(Object object, String name, List<Object> values) {
        return invoke(object.getClass(), object, name, values);
    }

    private static Object invoke(Class<?> type, Object object, String name, List<Object> values) {
        for (Method method : type.getMethods()) {
            boolean isStatic = Modifier.isStatic(method.getModifiers());
            if (!method.getName().equals(name)
                    || isStatic != (type == object)
                    || !fits(method, values)) {
                continue;
            }
            try {
                method.setAccessible(true);
                return method.invoke(object, converted(method, values));
            } catch (InvocationTargetException e) {
                throw e.getCause() instanceof RuntimeException cause
                        ? cause
                        : new IllegalStateException(name, e);
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(name, e);
            }
        }
        throw new IllegalArgumentException(type.getName() + " has no " + name + values);
    }

    private static boolean fits(Method method, List<Object> values) {
        Class<?>[] types = method.getParameterTypes();
        int last = types.length - 1;
        if (method.isVarArgs() ? values.size() < last : values.size() != types.length) {
            return false;
        }
        for (int i = 0; i < values.size(); i++) {
            Class<?> type =
                    method.isVarArgs() && i >= last ? types[last].getComponentType() : types[i];
            if (!fits(type, values.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean fits(Class<?> type, Object value) {
        return type == int.class || type == long.class
                ? value instanceof Integer
                : type == double.class
                        ? value instanceof Number
                        : type == boolean.class ? value instanceof Boolean : type.isInstance(value);
    }

    private static Object[] converted(Method method, List<Object> values) {
        Class<?>[] types = method.getParameterTypes();
        var all = new Object[types.length];
        int plain = method.isVarArgs() ? types.length - 1 : types.length;
        for (int i = 0; i < plain; i++) {
            all[i] = converted(types[i], values.get(i));
        }
        if (method.isVarArgs()) {
            Class<?> element = types[plain].getComponentType();
            all[plain] = Array.newInstance(element, values.size() - plain);
            for (int i = plain; i < values.size(); i++) {
                Array.set(all[plain], i - plain, converted(element, values.get(i)));
            }
        }
        return all;
    }

    private static Object converted(Class<?> type, Object value) {
        return value instanceof Number number && type == double.class
                ? (Object) number.doubleValue()
                : value instanceof Integer whole && type == long.class
                        ? (Object) whole.longValue()
                        : value;
    }
}
