package propane.spi.op;

import propane.tensor.Shape;

/** The plain loops of a convolution: every product of an image's element and a kernel's. */
final class ConvLoops {
    private final int batch;
    private final int channels;
    private final int outputs;
    private final int groups;
    private final Window window;

    ConvLoops(Shape images, Shape kernels, Window window, int groups) {
        this.batch = images.dim(0);
        this.channels = images.dim(1);
        this.outputs = kernels.dim(0);
        this.groups = groups;
        this.window = window;
    }

    /** Takes one product. */
    interface Product {
        void of(int image, int kernel, int place);
    }

    void run(Product product) {
        int size = window.size();
        int count = window.count();
        int area = window.area();
        int[] table = window.table();
        int inGroup = channels / groups;
        int outGroup = outputs / groups;
        for (int n = 0; n < batch; n++) {
            for (int o = 0; o < outputs; o++) {
                for (int c = 0; c < inGroup; c++) {
                    int image = (n * channels + o / outGroup * inGroup + c) * area;
                    int kernel = (o * inGroup + c) * size;
                    int place = (n * outputs + o) * count;
                    for (int i = 0; i < table.length; i++) {
                        if (table[i] >= 0) {
                            product.of(image + table[i], kernel + i % size, place + i / size);
                        }
                    }
                }
            }
        }
    }
}
