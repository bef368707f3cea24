/** The plugin @id@. */
module @package@ {
    requires io.tune4j.api;
    // The @AutoService annotation, which no class file keeps.
    requires static com.google.auto.service;

    // Recipes are constructed by the application.
    exports @package@;

    provides io.tune4j.api.plugin.Plugin with
            @package@.@class@;
}
