package propane.engine.cpu.loop;

import propane.engine.cpu.math.FloatMath;

/** The operations of loop bodies on single elements; {@link VectorOps} has the same of vectors. */
final class ElementOps {
    private ElementOps() {}

    static float add(float x, float y) {
        return x + y;
    }

    static float sub(float x, float y) {
        return x - y;
    }

    static float mul(float x, float y) {
        return x * y;
    }

    static float div(float x, float y) {
        return x / y;
    }

    static float min(float x, float y) {
        return Math.min(x, y);
    }

    static float max(float x, float y) {
        return Math.max(x, y);
    }

    static int add(int x, int y) {
        return x + y;
    }

    static int sub(int x, int y) {
        return x - y;
    }

    static int mul(int x, int y) {
        return x * y;
    }

    static int min(int x, int y) {
        return Math.min(x, y);
    }

    static int max(int x, int y) {
        return Math.max(x, y);
    }

    static boolean eq(float x, float y) {
        return x == y;
    }

    static boolean ne(float x, float y) {
        return x != y;
    }

    static boolean lt(float x, float y) {
        return x < y;
    }

    static boolean le(float x, float y) {
        return x <= y;
    }

    static boolean gt(float x, float y) {
        return x > y;
    }

    static boolean ge(float x, float y) {
        return x >= y;
    }

    static boolean eq(int x, int y) {
        return x == y;
    }

    static boolean ne(int x, int y) {
        return x != y;
    }

    static boolean lt(int x, int y) {
        return x < y;
    }

    static boolean le(int x, int y) {
        return x <= y;
    }

    static boolean gt(int x, int y) {
        return x > y;
    }

    static boolean ge(int x, int y) {
        return x >= y;
    }

    static boolean and(boolean x, boolean y) {
        return x & y;
    }

    static boolean or(boolean x, boolean y) {
        return x | y;
    }

    static boolean xor(boolean x, boolean y) {
        return x ^ y;
    }

    static boolean not(boolean x) {
        return !x;
    }

    static float select(boolean condition, float yes, float no) {
        return condition ? yes : no;
    }

    static int select(boolean condition, int yes, int no) {
        return condition ? yes : no;
    }

    static boolean select(boolean condition, boolean yes, boolean no) {
        return condition ? yes : no;
    }

    static float abs(float x) {
        return Math.abs(x);
    }

    static int abs(int x) {
        return Math.abs(x);
    }

    static float sqrt(float x) {
        return (float) Math.sqrt(x);
    }

    static float exp(float x) {
        return FloatMath.exp(x);
    }

    static float log(float x) {
        return FloatMath.log(x);
    }

    static float tanh(float x) {
        return FloatMath.tanh(x);
    }

    static float sigmoid(float x) {
        return FloatMath.sigmoid(x);
    }

    static float erf(float x) {
        return FloatMath.erf(x);
    }

    static float softplus(float x) {
        return FloatMath.softplus(x);
    }

    static float pow(float x, float y) {
        return (float) StrictMath.pow(x, y);
    }

    static float floorDiv(float x, float y) {
        return (float) Math.floor((double) x / y);
    }

    static float mod(float x, float y) {
        return (float) (x - y * Math.floor((double) x / y));
    }

    static float toFloat(float x) {
        return x;
    }

    static float toFloat(int x) {
        return x;
    }

    static float toFloat(boolean x) {
        return x ? 1 : 0;
    }

    static int toInt(float x) {
        return (int) x;
    }

    static int toInt(int x) {
        return x;
    }

    static int toInt(boolean x) {
        return x ? 1 : 0;
    }

    static boolean toTruth(float x) {
        return x != 0;
    }

    static boolean toTruth(int x) {
        return x != 0;
    }

    static boolean toTruth(boolean x) {
        return x;
    }
}
