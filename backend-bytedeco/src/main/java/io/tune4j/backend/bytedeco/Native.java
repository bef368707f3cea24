// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco;

import io.tune4j.api.backend.libtorch.LibtorchProcess;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.io.NativeLoading;
import io.tune4j.api.io.UnpackingLock;
import java.nio.file.Path;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch_cuda;
import org.bytedeco.pytorch.global.torch_gloo;
import org.jspecify.annotations.Nullable;

/** Loads libtorch once, with the settings without which every figure is off. */
final class Native {
    /** Why there is no CUDA in a distribution for the CPU. */
    static final String NO_NATIVES = "libtorch for the CPU only";

    /** The size of libtorch for the CPU on disk. */
    private static final long UNPACKED_BYTES = 440L << 20;

    private static final JavacppCache CACHE = new JavacppCache();

    private static boolean loaded;
    private static boolean cudaTried;
    private static @Nullable String whyNoCuda;

    private Native() {}

    /** @throws ResourceException if the library is missing or does not load */
    static synchronized void load() {
        if (loaded) {
            return;
        }
        LibtorchProcess.claim("bytedeco");
        // Memory is given back by scopes; JavaCPP's reference queue and its memory counter would only cost time.
        setDefault("org.bytedeco.javacpp.nopointergc", "true");
        setDefault("org.bytedeco.javacpp.maxphysicalbytes", "0");
        setDefault("org.bytedeco.javacpp.maxbytes", "0");
        try (ErrorFilter filter = new ErrorFilter(line -> !line.startsWith("Warning: Versions of org.bytedeco"));
                UnpackingLock lock =
                        lock("libtorch", Pointer.class, openblas_nolapack.class, torch.class, torch_gloo.class)) {
            Loader.load(openblas_nolapack.class);
            // Its own threads would fight ours; see KernelThreads.
            openblas_nolapack.blas_set_num_threads(1);
            Loader.load(torch.class);
        } catch (ResourceException e) {
            LibtorchProcess.release("bytedeco");
            throw e;
        } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
            LibtorchProcess.release("bytedeco");
            String cause = cause(e);
            throw new ResourceException(
                    "libtorch for this platform (" + Loader.getPlatform() + ") cannot be loaded: "
                            + (cause != null
                                    ? cause
                                    : reason(e)
                                            + (hasCudaNatives()
                                                    ? "\nNext: this distribution was built with -Pcuda, whose libtorch needs the libraries of CUDA 13,"
                                                            + " cuDNN 9 and NCCL 2 on the CPU too: name their folders in LD_LIBRARY_PATH, or build"
                                                            + " without -Pcuda."
                                                    : "\nNext: the plugin folder backend-bytedeco must hold the pytorch, openblas and javacpp jars"
                                                            + " of this platform; build the distribution on it.")),
                    e);
        }
        loaded = true;
    }

    /** Where the folder that the libraries are unpacked to is the cause, or the process's limits are. */
    private static @Nullable String cause(Throwable failure) {
        return NativeLoading.cause(
                failure, cache(), UNPACKED_BYTES, "TUNE4J_OPTS=-Dorg.bytedeco.javacpp.cachedir=/another/folder");
    }

    /** JavaCPP's own answer is an exception where it could not make the folder. */
    private static Path cache() {
        String named = System.getProperty("org.bytedeco.javacpp.cachedir");
        return named == null ? Path.of(System.getProperty("user.home"), ".javacpp", "cache") : Path.of(named);
    }

    /** Unpacks what classes need. JavaCPP then only makes links, which two processes must not do at once. */
    private static UnpackingLock lock(String what, Class<?>... classes) {
        return UnpackingLock.take(CACHE.prepare(what, classes));
    }

    /** Loads what libtorch has for GPUs, once; says why there is none, or null. */
    static synchronized @Nullable String loadCuda() {
        load();
        if (!cudaTried) {
            cudaTried = true;
            whyNoCuda = whyNoCuda();
        }
        return whyNoCuda;
    }

    private static @Nullable String whyNoCuda() {
        if (!hasCudaNatives()) {
            return NO_NATIVES;
        }
        try (UnpackingLock lock = lock("libtorch-cuda", torch_cuda.class, cudart.class, nvrtc.class)) {
            // libtorch itself finds GPUs only when this is loaded.
            Loader.load(torch_cuda.class);
            Loader.load(cudart.class);
            Loader.load(nvrtc.class);
            return null;
        } catch (LinkageError e) {
            return "libtorch with CUDA, which does not load: " + reason(e);
        }
    }

    private static boolean hasCudaNatives() {
        try {
            Class.forName("org.bytedeco.cuda.global.cudart", false, Native.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /** The loader's first message, without the path of our own library, which exists. */
    private static String reason(Throwable error) {
        Throwable first = error;
        while (first.getCause() != null) {
            first = first.getCause();
        }
        String message = String.valueOf(first.getMessage());
        return message.startsWith("/")
                ? message.substring(message.indexOf(": ") + 1).strip()
                : message;
    }

    private static void setDefault(String key, String value) {
        if (System.getProperty(key) == null) {
            System.setProperty(key, value);
        }
    }
}
