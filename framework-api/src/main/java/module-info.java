/**
 * The API that plugin authors compile against. Every plugin shares this module with the host; all else is a plugin's own. Types
 * whose {@code @API} status is {@code INTERNAL} serve the distribution's own plugins and may change in any release.
 */
module io.tune4j.api {
    requires static org.apiguardian.api;
    requires transitive org.jspecify;
    requires transitive jakarta.inject;
    requires com.fasterxml.jackson.databind;

    exports io.tune4j.api.autograd;
    exports io.tune4j.api.backend;
    exports io.tune4j.api.backend.host;
    exports io.tune4j.api.backend.libtorch;
    exports io.tune4j.api.batch;
    exports io.tune4j.api.config;
    exports io.tune4j.api.data;
    exports io.tune4j.api.error;
    exports io.tune4j.api.io;
    exports io.tune4j.api.model;
    exports io.tune4j.api.nn;
    exports io.tune4j.api.peft;
    exports io.tune4j.api.plugin;
    exports io.tune4j.api.recipe;
    exports io.tune4j.api.safetensors;
    exports io.tune4j.api.tensor;
    exports io.tune4j.api.train;
}
