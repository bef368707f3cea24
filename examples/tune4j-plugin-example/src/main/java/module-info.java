/** A plugin that its application's authors never saw: a model family, a PEFT method, a recipe and a data set. */
module com.example.tune4j {
    requires io.tune4j.api;
    // The @AutoService annotation, which no class file keeps.
    requires static com.google.auto.service;

    // Recipes are constructed by the application.
    exports com.example.tune4j.evaluate;

    provides io.tune4j.api.plugin.Plugin with
            com.example.tune4j.ExamplePlugin;
}
