package io.tune4j.kernels.cpu.threads;

/** Native memory for the time of a kernel. It is for the thread that opened it, but other threads may write to what it took. */
public interface Scratch extends AutoCloseable {
    /**
     * Takes memory, whose content is undefined.
     *
     * @return its address, a multiple of 64
     */
    long take(long bytes);

    /** Gives back all that was taken. */
    @Override
    void close();
}
