package io.tune4j.kernels.cpu.threads;

/** Gives native memory to threads. */
public interface ScratchSource {
    /** Opens memory for the calling thread. */
    Scratch open();
}
