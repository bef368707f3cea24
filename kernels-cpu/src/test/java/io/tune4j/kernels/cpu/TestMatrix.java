// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import io.tune4j.kernels.cpu.products.Matrix;
import java.util.Random;

/** A matrix between guards, by rows or by columns, with some elements between one and the next that belong to nobody. */
record TestMatrix(NativeRows memory, Matrix matrix) {
    private static final int MOST_BETWEEN = 5;

    /** One of normally distributed numbers. */
    static TestMatrix random(Random random, int rows, int columns, Elements elements) {
        boolean byRows = random.nextBoolean();
        int length = byRows ? columns : rows;
        int stride = length + (random.nextBoolean() ? 0 : random.nextInt(MOST_BETWEEN));
        int count = ((byRows ? rows : columns) - 1) * stride + length;
        NativeRows memory = NativeRows.random(elements, count, random.nextLong(), 1);
        long address = memory.address();
        return new TestMatrix(
                memory,
                byRows
                        ? new Matrix(address, rows, columns, stride, 1, elements)
                        : new Matrix(address, rows, columns, 1, stride, elements));
    }

    TestMatrix copy() {
        NativeRows copy = memory.copy();
        return new TestMatrix(
                copy,
                new Matrix(
                        copy.address(),
                        matrix.rows(),
                        matrix.columns(),
                        matrix.rowStride(),
                        matrix.columnStride(),
                        matrix.elements()));
    }

    private int index(int row, int column) {
        return Math.toIntExact(row * matrix.rowStride() + column * matrix.columnStride());
    }

    float get(int row, int column) {
        return memory.get(index(row, column));
    }

    void set(int row, int column, float value) {
        memory.set(index(row, column), value);
    }

    /** Puts a number anywhere. */
    void set(Random random, float value) {
        set(random.nextInt((int) matrix.rows()), random.nextInt((int) matrix.columns()), value);
    }

    /** Both side by side, by rows. */
    static TestMatrix joined(TestMatrix left, TestMatrix right) {
        int rows = (int) left.matrix.rows();
        int first = (int) left.matrix.columns();
        int columns = first + (int) right.matrix.columns();
        Elements elements = left.matrix.elements();
        NativeRows memory = new NativeRows(elements, rows * columns);
        TestMatrix joined = new TestMatrix(memory, Matrix.dense(memory.address(), rows, columns, elements));
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                joined.set(row, column, column < first ? left.get(row, column) : right.get(row, column - first));
            }
        }
        return joined;
    }

    TestMatrix transposed() {
        return new TestMatrix(memory, matrix.transposed());
    }

    /** Multiplies with the plain twin into the target. */
    static void plainProduct(Matrix target, Matrix a, Matrix b, float alpha, boolean adds) {
        PlainTwins.product(
                target.rows(),
                a.columns(),
                target.columns(),
                a.address(),
                a.rowStride(),
                a.columnStride(),
                b.address(),
                b.rowStride(),
                b.columnStride(),
                a.elements().bytes(),
                target.address(),
                target.rowStride(),
                target.columnStride(),
                target.elements().bytes(),
                alpha,
                adds ? 1 : 0);
    }
}
