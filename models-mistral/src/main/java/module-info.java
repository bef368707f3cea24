/** The Mistral family: Llama with a sliding window. */
module io.tune4j.models.mistral {
    requires transitive io.tune4j.api;
    requires io.tune4j.decoder;
    // The @AutoService annotation, which no class file keeps.
    requires static com.google.auto.service;

    exports io.tune4j.models.mistral;

    provides io.tune4j.api.plugin.Plugin with
            io.tune4j.models.mistral.MistralPlugin;
}
