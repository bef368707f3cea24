package io.tune4j.kernels.cpu;

import io.tune4j.kernels.cpu.products.FourBitMatrix;
import io.tune4j.kernels.cpu.products.Matrix;
import java.util.Random;

/**
 * A matrix of four-bit codes.
 *
 * @param codes two in each element: what lies there are bytes
 * @param plain the numbers that they stand for
 */
record TestCodes(NativeRows codes, NativeRows levels, NativeRows scales, FourBitMatrix matrix, TestMatrix plain) {
    private static final int LEVELS = 16;

    /** In rows of some blocks. */
    static TestCodes random(Random random, int rows, int blocks, int blockSize, Elements elements) {
        int width = blocks * blockSize;
        NativeRows levels = NativeRows.random(Elements.FP32, LEVELS, random.nextLong(), 1);
        NativeRows scales = NativeRows.random(elements, rows * blocks, random.nextLong(), 1);
        NativeRows codes = new NativeRows(Elements.BF16, rows * width / 4);
        NativeRows numbers = new NativeRows(elements, rows * width);
        for (int i = 0; i < rows * width; i += 2) {
            int first = random.nextInt(LEVELS);
            int second = random.nextInt(LEVELS);
            codes.setByte(i / 2, (byte) (first << 4 | second));
            float scale = scales.get(i / blockSize);
            numbers.set(i, levels.get(first) * scale);
            numbers.set(i + 1, levels.get(second) * scale);
        }
        FourBitMatrix matrix = new FourBitMatrix(
                codes.address(), levels.address(), scales.address(), rows, width, blockSize, elements, false);
        return new TestCodes(
                codes,
                levels,
                scales,
                matrix,
                new TestMatrix(numbers, Matrix.dense(numbers.address(), rows, width, elements)));
    }
}
