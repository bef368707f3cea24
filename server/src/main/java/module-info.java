/** The recipe {@code serve}: an OpenAI-compatible API for a model and its adapters, on the JDK's HTTP server. */
module io.tune4j.server {
    requires transitive io.tune4j.api;
    requires io.tune4j.engine;
    requires io.tune4j.generation;
    requires com.fasterxml.jackson.databind;
    requires jdk.httpserver;
    // The @AutoService annotation, which no class file keeps.
    requires static com.google.auto.service;

    // For dependency injection, which constructs the recipe.
    exports io.tune4j.server.recipe;

    provides io.tune4j.api.plugin.Plugin with
            io.tune4j.server.ServerPlugin;
}
