package io.tune4j.backend.bytedeco;

import io.tune4j.api.backend.libtorch.LibtorchProcess;
import io.tune4j.api.error.ResourceException;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/** Loads libtorch once, with the settings without which every figure is off. */
final class Native {
    private static boolean loaded;

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
        try (ErrorFilter filter = new ErrorFilter(line -> !line.startsWith("Warning: Versions of org.bytedeco"))) {
            Loader.load(openblas_nolapack.class);
            // Its own threads would fight ours; see KernelThreads.
            openblas_nolapack.blas_set_num_threads(1);
            Loader.load(torch.class);
        } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
            LibtorchProcess.release("bytedeco");
            throw new ResourceException(
                    "libtorch for this platform (" + Loader.getPlatform() + ") cannot be loaded: " + e.getMessage()
                            + "\nNext: the plugin folder backend-bytedeco must hold the pytorch, openblas and javacpp jars of"
                            + " this platform; build the distribution on it.",
                    e);
        }
        loaded = true;
    }

    private static void setDefault(String key, String value) {
        if (System.getProperty(key) == null) {
            System.setProperty(key, value);
        }
    }
}
