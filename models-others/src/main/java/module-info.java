/** Families that need no more than a config of the decoder's parts: SmolLM3, Granite 3 and OLMo 2. */
module io.tune4j.models.others {
    requires transitive io.tune4j.api;
    requires io.tune4j.decoder;
    // The @AutoService annotation, which no class file keeps.
    requires static com.google.auto.service;

    exports io.tune4j.models.others;

    provides io.tune4j.api.plugin.Plugin with
            io.tune4j.models.others.OthersPlugin;
}
