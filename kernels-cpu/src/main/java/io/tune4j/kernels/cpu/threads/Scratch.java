package io.tune4j.kernels.cpu.threads;

/** Native memory for what a kernel makes on its way. Closing gives all of it back. It belongs to one thread. */
public interface Scratch extends AutoCloseable {
    /**
     * Takes some more, whose content is arbitrary.
     *
     * @return an address that is a multiple of 64
     */
    long take(long bytes);

    @Override
    void close();
}
