package io.tune4j.kernels.cpu.threads;

/** Where kernels get memory to work in. Many threads use it. */
@FunctionalInterface
public interface ScratchSource {
    /** Opens what the caller closes: {@code try (Scratch scratch = source.open())}. */
    Scratch open();
}
