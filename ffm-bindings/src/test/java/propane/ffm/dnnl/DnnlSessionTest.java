package propane.ffm.dnnl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.ffm.NativeException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class DnnlSessionTest {
    private final Arena arena = Arena.ofAuto();

    private MemorySegment floats(long size) {
        return arena.allocate(Math.max(1, size) * Float.BYTES, 64);
    }

    private MemorySegment random(Random random, long size) {
        MemorySegment segment = floats(size);
        for (long i = 0; i < size; i++) {
            segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextFloat() - 0.5f);
        }
        return segment;
    }

    private static float at(MemorySegment segment, long index) {
        return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void productsAreThoseOfPlainLoops(long seed) {
        var random = new Random(seed);
        int batch = 1 + random.nextInt(3);
        int m = 1 + random.nextInt(20);
        int k = 1 + random.nextInt(20);
        int n = 1 + random.nextInt(20);
        boolean tx = random.nextBoolean();
        boolean ty = random.nextBoolean();
        boolean shared = random.nextBoolean();
        MemorySegment x = random(random, (long) batch * m * k);
        MemorySegment y = random(random, (long) (shared ? 1 : batch) * k * n);
        MemorySegment out = floats((long) batch * m * n);
        var left =
                new Operand(
                        x,
                        new long[] {batch, m, k},
                        tx ? new long[] {m * k, 1, m} : new long[] {m * k, k, 1});
        var right =
                new Operand(
                        y,
                        new long[] {shared ? 1 : batch, k, n},
                        ty ? new long[] {k * n, 1, k} : new long[] {k * n, n, 1});
        try (var session = DnnlSession.open()) {
            session.matmul(left, right, Operand.packed(out, batch, m, n)).execute();
        }
        for (int b = 0; b < batch; b++) {
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    double sum = 0;
                    for (int c = 0; c < k; c++) {
                        int u = b * m * k + (tx ? c * m + i : i * k + c);
                        int v = (shared ? 0 : b * k * n) + (ty ? j * k + c : c * n + j);
                        sum += (double) at(x, u) * at(y, v);
                    }
                    assertThat((double) at(out, (long) (b * m + i) * n + j))
                            .isCloseTo(sum, org.assertj.core.data.Offset.offset(1e-5));
                }
            }
        }
    }

    /** One convolution over two spatial axes, in plain loops. */
    private record Plain(
            int n,
            int c,
            int h,
            int w,
            int o,
            int k,
            int groups,
            int stride,
            int gap,
            int before,
            int after) {
        int places(int length) {
            return (length + before + after - (k - 1) * gap - 1) / stride + 1;
        }

        interface Product {
            void of(int image, int kernel, int place);
        }

        void each(Product product) {
            int ph = places(h);
            int pw = places(w);
            int inGroup = c / groups;
            int outGroup = o / groups;
            for (int b = 0; b < n; b++) {
                for (int f = 0; f < o; f++) {
                    for (int g = 0; g < inGroup; g++) {
                        for (int y = 0; y < ph; y++) {
                            for (int x = 0; x < pw; x++) {
                                for (int i = 0; i < k; i++) {
                                    for (int j = 0; j < k; j++) {
                                        int r = y * stride + i * gap - before;
                                        int s = x * stride + j * gap - before;
                                        if (r >= 0 && r < h && s >= 0 && s < w) {
                                            int channel = f / outGroup * inGroup + g;
                                            product.of(
                                                    ((b * c + channel) * h + r) * w + s,
                                                    ((f * inGroup + g) * k + i) * k + j,
                                                    ((b * o + f) * ph + y) * pw + x);
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void convolutionsAndTheirGradientsAreThoseOfPlainLoops(long seed) {
        var random = new Random(seed);
        int groups = 1 + random.nextInt(3);
        var plain =
                new Plain(
                        1 + random.nextInt(3),
                        groups * (1 + random.nextInt(3)),
                        7 + random.nextInt(4),
                        6 + random.nextInt(5),
                        groups * (1 + random.nextInt(4)),
                        1 + random.nextInt(3),
                        groups,
                        1 + random.nextInt(2),
                        1 + random.nextInt(2),
                        random.nextInt(2),
                        random.nextInt(3));
        int ph = plain.places(plain.h());
        int pw = plain.places(plain.w());
        long images = (long) plain.n() * plain.c() * plain.h() * plain.w();
        long kernels = (long) plain.o() * plain.c() / groups * plain.k() * plain.k();
        long places = (long) plain.n() * plain.o() * ph * pw;
        MemorySegment x = random(random, images);
        MemorySegment w = random(random, kernels);
        MemorySegment g = random(random, places);
        MemorySegment y = floats(places);
        MemorySegment dx = floats(images);
        MemorySegment dw = floats(kernels);
        long[] kernelDims =
                groups == 1
                        ? new long[] {plain.o(), plain.c(), plain.k(), plain.k()}
                        : new long[] {
                            groups, plain.o() / groups, plain.c() / groups, plain.k(), plain.k()
                        };
        long[] imageDims = {plain.n(), plain.c(), plain.h(), plain.w()};
        long[] placeDims = {plain.n(), plain.o(), ph, pw};
        long[] strides = {plain.stride(), plain.stride()};
        long[] gaps = {plain.gap(), plain.gap()};
        var windows =
                new Windows(
                        strides,
                        gaps,
                        new long[] {plain.before(), plain.before()},
                        new long[] {end(plain, plain.h(), ph), end(plain, plain.w(), pw)});
        try (var session = DnnlSession.open()) {
            session.convolution(
                            Operand.packed(x, imageDims),
                            Operand.packed(w, kernelDims),
                            Operand.packed(y, placeDims),
                            windows)
                    .execute();
            session.convolutionImageGradient(
                            Operand.packed(dx, imageDims),
                            Operand.packed(w, kernelDims),
                            Operand.packed(g, placeDims),
                            windows)
                    .execute();
            session.convolutionKernelGradient(
                            Operand.packed(x, imageDims),
                            Operand.packed(dw, kernelDims),
                            Operand.packed(g, placeDims),
                            windows)
                    .execute();
        }
        double[] yy = new double[(int) places];
        double[] dxx = new double[(int) images];
        double[] dww = new double[(int) kernels];
        plain.each((image, kernel, place) -> {
            yy[place] += (double) at(x, image) * at(w, kernel);
            dxx[image] += (double) at(g, place) * at(w, kernel);
            dww[kernel] += (double) at(g, place) * at(x, image);
        });
        requireClose(plain + " result", y, yy);
        requireClose(plain + " image gradient", dx, dxx);
        requireClose(plain + " kernel gradient", dw, dww);
    }

    /** The padding behind that the last place reaches into; oneDNN takes no more. */
    private static long end(Plain plain, int length, int places) {
        return (places - 1L) * plain.stride()
                + (plain.k() - 1L) * plain.gap()
                + 1
                - length
                - plain.before();
    }

    private static void requireClose(String what, MemorySegment actual, double[] expected) {
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) at(actual, i))
                    .as("%s, element %d", what, i)
                    .isCloseTo(expected[i], org.assertj.core.data.Offset.offset(1e-4));
        }
    }

    /** Large enough that oneDNN computes in memory of its own beside the operands'. */
    @Test
    void whatOneThreadMadeAnotherRuns() throws InterruptedException {
        var random = new Random(3);
        MemorySegment x = random(random, 8 * 16 * 28 * 28);
        MemorySegment g = random(random, 8 * 32 * 28 * 28);
        var gradients = List.of(floats(32 * 16 * 9), floats(32 * 16 * 9));
        long[] ones = {1, 1};
        var windows = new Windows(ones, ones, ones, ones);
        try (var session = DnnlSession.open()) {
            var made = new ArrayList<DnnlPrimitive>();
            Runnable maker =
                    () ->
                            gradients.forEach(gradient ->
                                    made.add(
                                            session.convolutionKernelGradient(
                                                    Operand.packed(x, 8, 16, 28, 28),
                                                    Operand.packed(gradient, 32, 16, 3, 3),
                                                    Operand.packed(g, 8, 32, 28, 28),
                                                    windows)));
            Thread.ofPlatform().start(maker).join();
            made.get(0).execute();
            Thread.ofPlatform().start(made.get(1)::execute).join();
        }
        assertThat(gradients.get(0).mismatch(gradients.get(1))).isEqualTo(-1);
        assertThat(at(gradients.get(0), 0)).isNotZero();
    }

    @Test
    void aPrimitiveOfAClosedSessionThrows() {
        DnnlPrimitive product;
        try (var session = DnnlSession.open()) {
            var x = Operand.packed(floats(4), 2, 2);
            product = session.matmul(x, x, Operand.packed(floats(4), 2, 2));
        }
        assertThatThrownBy(product::execute)
                .isInstanceOf(NativeException.class)
                .hasMessageContaining("the session is closed");
    }

    @Test
    void memoryThatIsTooSmallNeverReachesNativeCode() {
        assertThatThrownBy(() -> Operand.packed(floats(3), 2, 2))
                .isInstanceOf(NativeException.class)
                .hasMessageContaining("takes 16 bytes of native memory, got 12");
        assertThatThrownBy(() -> Operand.packed(MemorySegment.ofArray(new float[4]), 2, 2))
                .isInstanceOf(NativeException.class)
                .hasMessageContaining("heap memory");
    }

    @Test
    void theSameProductIsTheSameBitForBit() {
        var random = new Random(7);
        MemorySegment x = random(random, 64 * 64);
        MemorySegment y = random(random, 64 * 64);
        MemorySegment first = floats(64 * 64);
        MemorySegment second = floats(64 * 64);
        try (var session = DnnlSession.open()) {
            var left = Operand.packed(x, 64, 64);
            var right = Operand.packed(y, 64, 64);
            session.matmul(left, right, Operand.packed(first, 64, 64)).execute();
            session.matmul(left, right, Operand.packed(second, 64, 64)).execute();
        }
        assertThat(first.mismatch(second)).isEqualTo(-1);
    }

    @Test
    void memoryThatWasFreedIsNeverComputedOn() {
        try (var session = DnnlSession.open()) {
            DnnlPrimitive product;
            try (var brief = Arena.ofShared()) {
                var square = Operand.packed(brief.allocate(16, 4), 2, 2);
                product =
                        session.matmul(square, square, Operand.packed(brief.allocate(16, 4), 2, 2));
                product.execute();
            }
            assertThatThrownBy(product::execute)
                    .isInstanceOf(NativeException.class)
                    .hasMessageContaining("the memory of an operand was freed");
        }
    }

    @Test
    void aSessionThatIsClosedByAnotherThreadEndsItsCallFirst() throws InterruptedException {
        try (var arena = Arena.ofShared()) {
            int n = 64;
            var x = Operand.packed(arena.allocate(4L * n * n, 64), n, n);
            var y = Operand.packed(arena.allocate(4L * n * n, 64), n, n);
            for (int round = 0; round < 30; round++) {
                var session = DnnlSession.open();
                var product = session.matmul(x, x, y);
                var closer = Thread.ofPlatform().name("closer").start(session::close);
                assertThatThrownBy(
                                () -> {
                                    while (true) {
                                        product.execute();
                                    }
                                })
                        .isInstanceOf(NativeException.class)
                        .hasMessageContaining("the session is closed, by the thread closer");
                closer.join();
            }
        }
    }
}
