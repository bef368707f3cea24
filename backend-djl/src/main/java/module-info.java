import io.tune4j.api.plugin.Plugin;
import io.tune4j.backend.djl.DjlPlugin;

/** Kernels on libtorch through DJL. */
module io.tune4j.backend.djl {
    requires io.tune4j.api;
    requires ai.djl.pytorch_engine;
    // The modules below are those of ai.djl.pytorch_engine, which is automatic and so asks for none.
    requires ai.djl.api;
    requires com.google.gson;
    requires org.slf4j;
    requires java.management;
    // Only at compile time: the annotation that writes META-INF/services.
    requires static com.google.auto.service;

    // For tests and benchmarks that name the factory; runs find it as a service.
    exports io.tune4j.backend.djl;

    provides Plugin with
            DjlPlugin;
}
