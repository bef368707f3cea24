import io.tune4j.api.plugin.Plugin;
import io.tune4j.backend.bytedeco.BytedecoPlugin;

/** Kernels on libtorch through Bytedeco. */
module io.tune4j.backend.bytedeco {
    requires io.tune4j.api;
    requires io.tune4j.kernels.cpu;
    requires org.bytedeco.javacpp;
    requires org.bytedeco.openblas;
    requires org.bytedeco.pytorch;
    // There with the GPU natives only, and touched only on a GPU.
    requires static org.bytedeco.cuda;
    // Only at compile time: the annotation that writes META-INF/services.
    requires static com.google.auto.service;

    // For tests and benchmarks that name the factory; runs find it as a service.
    exports io.tune4j.backend.bytedeco;

    provides Plugin with
            BytedecoPlugin;
}
