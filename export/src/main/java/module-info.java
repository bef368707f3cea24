/** GGUF files, and models and adapters in the forms that other programs read. */
module io.tune4j.export {
    requires transitive io.tune4j.api;
    requires io.tune4j.engine;
    requires io.tune4j.generation;
    requires com.fasterxml.jackson.databind;
    requires java.net.http;
    // The @AutoService annotation, which no class file keeps.
    requires static com.google.auto.service;

    // For dependency injection, which constructs the recipe.
    exports io.tune4j.export;
    exports io.tune4j.export.gguf;
    exports io.tune4j.export.gguf.blocks;

    provides io.tune4j.api.plugin.Plugin with
            io.tune4j.export.ExportPlugin;
}
