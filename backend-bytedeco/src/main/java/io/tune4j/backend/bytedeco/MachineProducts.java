package io.tune4j.backend.bytedeco;

import io.tune4j.backend.bytedeco.machine.MachineKernels;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Products of bf16 matrices in machine code (Goto and van de Geijn 2008). Each thread has its share of the longer side of the result. Of the operand along
 * this side some rows or columns at a time are packed into the second-level cache, for a part of the inner side at a time; the other operand
 * is packed as a whole, or for this part.
 */
final class MachineProducts {
    /** Of the longer side, packed at a time, at most. */
    private static final int GROUP = 192;

    /** What leaves room in a second-level cache. */
    private static final long GROUP_BYTES = 384 << 10;

    /** Of the inner side, packed at a time, where all sums of a share are kept between. */
    private static final int DEPTH = 1024;

    /** Where only a group's are: the longer, the more seldom they are written and read. */
    private static final int DEPTH_OF_A_GROUP = 2048;

    /** Below so many rows or columns too much of each vector would be empty. */
    private static final int LEAST_SIDE = 8;

    /** Multiplications below which libtorch's product starts sooner. */
    private static final long LEAST = 1L << 16;

    /** Multiplications below which another thread costs more than it brings. */
    private static final long LEAST_IN_PARTS = 1L << 20;

    private static final int LANES = MachineKernels.LANES;

    /** Of the inner side, that a turn of the kernel's loop takes. */
    private static final int TURN = 2 * MachineKernels.PAIRS;

    private final KernelThreads threads;

    MachineProducts(KernelThreads threads) {
        this.threads = threads;
    }

    /** Where a matrix of bf16 lies. */
    private record Matrix(long address, long rowStride, long columnStride) {
        static Matrix of(Tensor tensor) {
            return new Matrix(
                    tensor.data_ptr().address(), tensor.stride(0) * Short.BYTES, tensor.stride(1) * Short.BYTES);
        }

        long at(long row, long column) {
            return address + row * rowStride + column * columnStride;
        }

        /** Whether the elements of a row are neighbours. */
        boolean isByRows() {
            return columnStride == Short.BYTES;
        }
    }

    /** Whether these can be multiplied here: matrices whose rows or columns lie without gaps. */
    static boolean knows(Tensor a, Tensor b) {
        return isNarrowMatrix(a)
                && isNarrowMatrix(b)
                && a.size(1) == b.size(0)
                && a.size(0) >= LEAST_SIDE
                && b.size(1) >= LEAST_SIDE
                && a.size(0) * a.size(1) * b.size(1) >= LEAST
                && hasUnitStride(a)
                && hasUnitStride(b);
    }

    /** Whether {@link #into} can write the product of these to the target. */
    static boolean knows(Tensor target, Tensor a, Tensor b) {
        return knows(a, b)
                && isNarrowMatrix(target)
                && target.size(0) == a.size(0)
                && target.size(1) == b.size(1)
                && target.stride(1) == 1;
    }

    /** Whether {@link #adapted} can write the sum of these products to the target. */
    static boolean knows(Tensor target, Tensor a, Tensor b, Tensor low, Tensor up) {
        return knows(target, a, b)
                && isNarrowMatrix(low)
                && isNarrowMatrix(up)
                && hasUnitStride(low)
                && hasUnitStride(up)
                && low.size(0) == a.size(0)
                && up.size(1) == b.size(1)
                && low.size(1) == up.size(0);
    }

    private static boolean isNarrowMatrix(Tensor tensor) {
        return tensor.dim() == 2 && tensor.scalar_type().value == ScalarType.BFloat16.value;
    }

    private static boolean hasUnitStride(Tensor matrix) {
        return matrix.stride(1) == 1 || matrix.stride(0) == 1;
    }

    Tensor matmul(Tensor a, Tensor b) {
        Tensor result = a.new_empty(a.size(0), b.size(1));
        into(result, a, b, false, 1);
        return result;
    }

    /** {@code target = alpha * a x b}, added to what is in it if {@code adds}. */
    void into(Tensor target, Tensor a, Tensor b, boolean adds, double alpha) {
        run(new Product(
                Matrix.of(target),
                Operands.of(a, b),
                null,
                Math.toIntExact(a.size(0)),
                Math.toIntExact(b.size(1)),
                adds ? 1 : 0,
                MachineKernels.bits(alpha)));
    }

    /** {@code target = a x b + low x up}, as one product whose inner side is longer by that of the second one. */
    void adapted(Tensor target, Tensor a, Tensor b, Tensor low, Tensor up) {
        run(new Product(
                Matrix.of(target),
                Operands.of(a, b),
                Operands.of(low, up),
                Math.toIntExact(a.size(0)),
                Math.toIntExact(b.size(1)),
                0,
                MachineKernels.bits(1)));
    }

    private void run(Product product) {
        boolean alone = (long) product.rows * product.columns * product.depth() < LEAST_IN_PARTS;
        int parts = alone ? 1 : threads.threads();
        int share = share(product.longer(), parts);
        try (TorchWork work = new TorchWork()) {
            // Sums of all of a share, or the whole of the shorter operand: what is smaller.
            boolean keepsSums = product.depth() > DEPTH && product.depth() > 2L * share;
            long shorter = keepsSums
                    ? 0
                    : packShorter(product, parts, work.memory(product.bytesFor(product.shorter(), product.depth())));
            each(product.longer(), share, (start, count, inner) -> {
                Share own = new Share(product, start, count, inner, keepsSums ? DEPTH : DEPTH_OF_A_GROUP);
                if (keepsSums) {
                    own.withAllSums();
                } else {
                    own.withShorter(shorter);
                }
            });
        }
    }

    private long packShorter(Product product, int parts, long target) {
        int depth = product.depth();
        each(product.shorter(), share(product.shorter(), parts), (start, count, inner) -> {
            long place = target + start / LANES * product.tile(0, depth);
            product.pack(!product.isTall(), start, count, 0, depth, place);
        });
        return target;
    }

    private interface Range {
        void run(int start, int count, TorchWork work);
    }

    private void each(int length, int share, Range range) {
        threads.each((length + share - 1) / share, i -> {
            try (TorchWork work = new TorchWork()) {
                int start = i * share;
                range.run(start, Math.min(share, length - start), work);
            }
        });
    }

    private static int share(int length, int parts) {
        return upTo(LANES, (length + parts - 1) / parts);
    }

    private static int upTo(int unit, int count) {
        return (count + unit - 1) / unit * unit;
    }

    /** Bytes of sixteen rows or columns of an operand that is packed to this depth. */
    private static long tile(int depth) {
        return bytes(upTo(2 * LANES, depth));
    }

    /** Of sixteen rows or columns. */
    private static long bytes(int depth) {
        return (long) LANES * depth * Short.BYTES;
    }

    /** Two matrices and their common side. */
    private record Operands(Matrix a, Matrix b, int depth) {
        static Operands of(Tensor a, Tensor b) {
            return new Operands(Matrix.of(a), Matrix.of(b), Math.toIntExact(a.size(1)));
        }

        /**
         * Packs rows of the left operand, or columns of the right one, for some of the inner side.
         *
         * @param tile bytes from sixteen of them to the next
         */
        void pack(boolean left, int first, int size, int inner, int now, long place, long tile) {
            Matrix matrix = left ? a : b;
            long source = left ? matrix.at(first, inner) : matrix.at(inner, first);
            long stride = matrix.isByRows() ? matrix.rowStride : matrix.columnStride;
            if (left != matrix.isByRows()) {
                MachineKernels.rowPairs(source, stride, now, size, place, MachineKernels.VECTOR, tile);
            } else if (tile == tile(now)) {
                MachineKernels.columns(source, stride, size, now, place);
            } else {
                for (int row = 0; row < size; row += LANES) {
                    int some = Math.min(LANES, size - row);
                    MachineKernels.columns(source + row * stride, stride, some, now, place + row / LANES * tile);
                }
            }
        }
    }

    /** @param second whose product is added, or null; its inner side is packed behind the end of the first one's */
    private record Product(
            Matrix target, Operands first, @Nullable Operands second, int rows, int columns, long adds, long factor) {
        boolean isTall() {
            return rows > columns;
        }

        int longer() {
            return Math.max(rows, columns);
        }

        int shorter() {
            return Math.min(rows, columns);
        }

        /** Of the first product. */
        int depth() {
            return first.depth;
        }

        private boolean isLast(int inner, int now) {
            return inner + now == depth();
        }

        /** Bytes of sixteen rows or columns for a part of the inner side, with the second product's behind the last part. */
        long tile(int inner, int now) {
            return second == null || !isLast(inner, now)
                    ? MachineProducts.tile(now)
                    : bytes(upTo(TURN, now)) + MachineProducts.tile(second.depth);
        }

        /** Pairs of a part. */
        long pairs(int inner, int now) {
            int more = second == null || !isLast(inner, now) ? 0 : upTo(TURN, second.depth);
            return (upTo(TURN, now) + more) / 2;
        }

        /** Bytes for so many rows or columns and so much of the inner side, its end if that is what takes most. */
        long bytesFor(int size, int now) {
            return upTo(LANES, size) / LANES * Math.max(MachineProducts.tile(now), tile(depth() - now, now));
        }

        /** Packs rows of the left operands, or columns of the right ones, for some of the inner side. */
        void pack(boolean left, int start, int size, int inner, int now, long place) {
            long tile = tile(inner, now);
            first.pack(left, start, size, inner, now, place, tile);
            if (second != null && isLast(inner, now)) {
                second.pack(left, start, size, 0, second.depth, place + bytes(upTo(TURN, now)), tile);
            }
        }
    }

    /** Some rows of a tall product, or columns of a wide one. */
    private static final class Share {
        private final Product product;
        private final boolean tall;
        private final int start;
        private final int count;
        private final TorchWork work;
        /** Of the inner side at a time. */
        private final int depth;
        /** Of the longer side at a time. */
        private final int atATime;

        Share(Product product, int start, int count, TorchWork work, int most) {
            this.product = product;
            tall = product.isTall();
            this.start = start;
            this.count = count;
            this.work = work;
            int parts = (product.depth() + most - 1) / most;
            depth = upTo(2 * LANES, product.depth() / parts);
            atATime = Math.min(GROUP, (int) (GROUP_BYTES / tile(depth)) * LANES);
        }

        private long groupBytes() {
            return product.bytesFor(Math.min(count, atATime), depth);
        }

        /** One part of the inner side after the other, with all sums of this share between. */
        void withAllSums() {
            long group = work.memory(groupBytes());
            long shorter = work.memory(product.bytesFor(product.shorter(), depth));
            int wide = upTo(LANES, tall ? product.shorter() : count);
            long stride = (long) wide * Float.BYTES;
            long sums = work.memory(stride * upTo(LANES, tall ? count : product.shorter()));
            for (int inner = 0; inner < product.depth(); inner += depth) {
                int now = Math.min(depth, product.depth() - inner);
                product.pack(!tall, 0, product.shorter(), inner, now, shorter);
                for (int first = 0; first < count; first += atATime) {
                    int size = Math.min(atATime, count - first);
                    product.pack(tall, start + first, size, inner, now, group);
                    long place = sums + first * (tall ? stride : Float.BYTES);
                    multiply(first, size, inner, now, shorter, product.tile(inner, now), group, place, stride);
                }
            }
        }

        /** One group after the other, with the whole inner side of the shorter operand. */
        void withShorter(long shorter) {
            long group = work.memory(groupBytes());
            int most = Math.min(count, atATime);
            long stride = (long) upTo(LANES, tall ? product.shorter() : most) * Float.BYTES;
            boolean whole = depth >= product.depth();
            long sums = whole ? 0 : work.memory(stride * upTo(LANES, tall ? most : product.shorter()));
            for (int first = 0; first < count; first += atATime) {
                int size = Math.min(atATime, count - first);
                for (int inner = 0; inner < product.depth(); inner += depth) {
                    int now = Math.min(depth, product.depth() - inner);
                    product.pack(tall, start + first, size, inner, now, group);
                    long at = shorter + (long) inner * LANES * Short.BYTES;
                    multiply(first, size, inner, now, at, product.tile(0, product.depth()), group, sums, stride);
                }
            }
        }

        private void multiply(
                int first,
                int size,
                int inner,
                int now,
                long shorter,
                long shorterTile,
                long group,
                long sums,
                long sumsStride) {
            long output = 0;
            if (inner + now == product.depth()) {
                output = tall ? product.target.at(start + first, 0) : product.target.at(0, start + first);
            }
            long ofGroup = product.tile(inner, now);
            long begins = inner == 0 ? 1 : 0;
            // What is multiplied with the whole group, which stays in the second-level cache, stays in the first.
            MachineKernels.multiply(
                    tall ? group : shorter,
                    tall ? ofGroup : shorterTile,
                    tall ? shorter : group,
                    tall ? shorterTile : ofGroup,
                    product.pairs(inner, now),
                    tall ? size : product.rows,
                    tall ? product.columns : size,
                    sums,
                    sumsStride,
                    begins,
                    output,
                    product.target.rowStride,
                    product.adds,
                    product.factor,
                    tall ? 1 : 0);
        }
    }
}
