// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
import org.jspecify.annotations.Nullable;

/** A GPU's kernels on the CPU: their source and {@code emulator.cpp}, compiled by this machine's C++ compiler. */
public final class EmulatedGpu implements KernelLauncher {
    private static final String EMULATOR = "emulator.cpp";

    private EmulatedGpu() {}

    /** Compiles when first asked for. */
    private static final class Library {
        static final @Nullable String MISSING = load();
    }

    /** Names what the emulator lacks on this machine; null if nothing. */
    public static @Nullable String missing() {
        return Library.MISSING;
    }

    /** A device; there may be many. */
    public static EmulatedGpu open() {
        if (Library.MISSING != null) {
            throw new IllegalStateException(Library.MISSING);
        }
        return new EmulatedGpu();
    }

    private static @Nullable String load() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return "the emulator of a GPU runs on Linux";
        }
        try {
            Path folder = Files.createTempDirectory("emulated-gpu");
            Path library = folder.resolve("libemulated.so");
            for (String name : List.of(SOURCE, EMULATOR)) {
                try (InputStream in = KernelLauncher.class.getResourceAsStream(name)) {
                    Files.copy(in, folder.resolve(name));
                }
            }
            Process compiler = new ProcessBuilder(
                            "c++", "-O2", "-fPIC", "-shared", "-o", library.toString(), EMULATOR, "-ldl")
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            String messages = new String(compiler.getInputStream().readAllBytes());
            if (compiler.waitFor() != 0) {
                throw new AssertionError("kernels.cu does not compile:\n" + messages);
            }
            System.load(library.toString());
            return null;
        } catch (IOException e) {
            return "no C++ compiler: " + e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    private static native boolean run(long name, long blocks, long threads, long arguments);

    @Override
    public void launch(String kernel, long blocks, int threads, long... arguments) {
        // Blocks take turns on static memory.
        synchronized (EmulatedGpu.class) {
            try (BytePointer name = new BytePointer(kernel);
                    LongPointer values = new LongPointer(java.util.Arrays.copyOf(arguments, 12))) {
                if (!run(name.address(), blocks, threads, values.address())) {
                    throw new IllegalArgumentException("no kernel " + kernel);
                }
            }
        }
    }

    @Override
    public void close() {}
}
