/** The Qwen family: Qwen 2, 2.5 and 3, dense models. */
module io.tune4j.models.qwen {
    requires transitive io.tune4j.api;
    requires io.tune4j.decoder;
    // The @AutoService annotation, which no class file keeps.
    requires static com.google.auto.service;

    exports io.tune4j.models.qwen;

    provides io.tune4j.api.plugin.Plugin with
            io.tune4j.models.qwen.QwenPlugin;
}
