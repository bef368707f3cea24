// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.djl;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtEngineProvider;
import io.tune4j.api.backend.libtorch.LibtorchProcess;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.io.NativeLoading;
import org.jspecify.annotations.Nullable;

/** Loads libtorch once, without network and without telemetry. */
final class Native {
    private static @Nullable NativeFiles loaded;
    private static @Nullable Engine engine;

    private Native() {}

    /** @throws ResourceException if the library is missing or does not load */
    static synchronized NativeFiles load() {
        NativeFiles ready = loaded;
        if (ready != null) {
            return ready;
        }
        LibtorchProcess.claim(DjlBackendFactory.NAME);
        NativeFiles files = findOrGiveUp();
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("PYTORCH_LIBRARY_PATH", files.folder().toString());
        System.setProperty("PYTORCH_VERSION", NativeFiles.VERSION);
        System.setProperty("PYTORCH_FLAVOR", files.flavor());
        try {
            BindingsLibrary.prepare(files);
            engine = new PtEngineProvider().getEngine();
            loaded = files;
            return files;
        } catch (RuntimeException | LinkageError e) {
            LibtorchProcess.release(DjlBackendFactory.NAME);
            String cause = NativeLoading.cause(e, files.folder(), 0, "DJL_CACHE_DIR=/another/folder");
            throw new ResourceException(
                    cause != null
                            ? "libtorch cannot be loaded: " + cause
                            : "libtorch cannot be loaded: " + rootMessage(e) + ". Found " + files.describe()
                                    + ".\nNext: " + NativeFiles.CUDA_ADVICE
                                    + ", or unset PYTORCH_LIBRARY_PATH for the CPU's.",
                    e);
        }
    }

    private static NativeFiles findOrGiveUp() {
        try {
            return NativeFiles.find();
        } catch (ResourceException e) {
            LibtorchProcess.release(DjlBackendFactory.NAME);
            throw e;
        }
    }

    private static String rootMessage(Throwable error) {
        Throwable root = error;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    /** Arrays on the CPU; the caller closes it. */
    static synchronized NDManager newHostManager() {
        Engine ready = engine;
        if (ready == null) {
            throw new IllegalStateException("load() comes first");
        }
        return ready.newBaseManager(ai.djl.Device.cpu());
    }
}
