package propane.engine.cpu.loop;

import propane.engine.cpu.math.ScalarOps;

/** Operations of loop bodies on single elements that are no instructions. */
final class ElementOps {
    private ElementOps() {}

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

    static float select(boolean condition, float yes, float no) {
        return condition ? yes : no;
    }

    static int select(boolean condition, int yes, int no) {
        return condition ? yes : no;
    }

    static boolean select(boolean condition, boolean yes, boolean no) {
        return condition ? yes : no;
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

    static float toHalf(float x) {
        return ScalarOps.half(x);
    }

    static float toHalf(int x) {
        return ScalarOps.half(x);
    }

    static float toHalf(boolean x) {
        return x ? 1 : 0;
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
