package io.tune4j.backend.bytedeco.machine;

import org.jspecify.annotations.Nullable;

/** What a vector instruction reads or writes last: a register or memory. */
sealed interface Operand {
    /**
     * A vector register.
     *
     * @param number 0 to 31
     * @param bits 128, 256 or 512 of it
     * @param mask of lanes, 0 for all
     * @param zeroing whether lanes outside of the mask become zero instead of staying
     */
    record Vector(int number, int bits, int mask, boolean zeroing) implements Operand {
        /** All 512 bits. */
        static Vector zmm(int number) {
            return new Vector(number, 512, 0, false);
        }

        /** The lower half. */
        static Vector ymm(int number) {
            return new Vector(number, 256, 0, false);
        }

        /** The lower quarter. */
        static Vector xmm(int number) {
            return new Vector(number, 128, 0, false);
        }

        /** Written in the lanes of mask register {@code k} only. */
        Vector where(int k) {
            return new Vector(number, bits, k, false);
        }

        /** Written in the lanes of mask register {@code k}, the others become zero. */
        Vector zeroUnless(int k) {
            return new Vector(number, bits, k, true);
        }
    }

    /**
     * Memory at {@code base + index * scale + displacement}.
     *
     * @param broadcast whether one element is read for all lanes
     */
    record Memory(Gp base, @Nullable Gp index, int scale, int displacement, boolean broadcast) implements Operand {
        /** What a register points to. */
        static Memory at(Gp base) {
            return new Memory(base, null, 1, 0, false);
        }

        static Memory at(Gp base, int displacement) {
            return new Memory(base, null, 1, displacement, false);
        }

        /** With an index times 1, 2, 4 or 8. */
        Memory index(Gp register, int times) {
            return new Memory(base, register, times, displacement, broadcast);
        }

        Memory plus(int bytes) {
            return new Memory(base, index, scale, displacement + bytes, broadcast);
        }

        /** One element for all lanes. */
        Memory forAll() {
            return new Memory(base, index, scale, displacement, true);
        }
    }
}
