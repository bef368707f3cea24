package io.tune4j.kernels.cpu.threads;

/** Where kernels get scratch memory from. Any thread may ask. */
public interface ScratchSource {
    /** An empty one, which the caller closes. */
    Scratch open();
}
