/** The Gemma family: Gemma 1, 2 and 3, for text. */
module io.tune4j.models.gemma {
    requires transitive io.tune4j.api;
    requires io.tune4j.decoder;
    // The @AutoService annotation, which no class file keeps.
    requires static com.google.auto.service;

    exports io.tune4j.models.gemma;

    provides io.tune4j.api.plugin.Plugin with
            io.tune4j.models.gemma.GemmaPlugin;
}
