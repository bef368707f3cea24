package io.tune4j.backend.bytedeco.machine;

/** The general registers, in the order of their encoding. */
enum Gp {
    RAX,
    RCX,
    RDX,
    RBX,
    RSP,
    RBP,
    RSI,
    RDI,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15;

    /** The three bits that go into an operand. */
    int low() {
        return ordinal() & 7;
    }

    /** The fourth bit, which goes into a prefix. */
    int high() {
        return ordinal() >> 3;
    }
}
