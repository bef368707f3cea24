/** The Llama family of models and their weight names. */
module io.tune4j.models.llama {
    requires transitive io.tune4j.api;
    requires io.tune4j.decoder;
    // The @AutoService annotation, which no class file keeps.
    requires static com.google.auto.service;

    exports io.tune4j.models.llama;

    provides io.tune4j.api.plugin.Plugin with
            io.tune4j.models.llama.LlamaPlugin;
}
