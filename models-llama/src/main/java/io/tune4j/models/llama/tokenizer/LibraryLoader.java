package io.tune4j.models.llama.tokenizer;

/** Libraries that look for their own classes and files by the thread's class loader, which is not this plugin's. */
final class LibraryLoader implements AutoCloseable {
    private final ClassLoader before;

    private LibraryLoader(Class<?> library) {
        Thread thread = Thread.currentThread();
        before = thread.getContextClassLoader();
        thread.setContextClassLoader(library.getClassLoader());
    }

    /** Sets this thread's context class loader to that of a library's class, until closed. */
    static LibraryLoader of(Class<?> library) {
        return new LibraryLoader(library);
    }

    @Override
    public void close() {
        Thread.currentThread().setContextClassLoader(before);
    }
}
