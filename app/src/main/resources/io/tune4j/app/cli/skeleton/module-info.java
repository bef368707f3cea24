/** The plugin @id@. */
module @package@ {
    requires @module@;
    // The @AutoService annotation, which no class file keeps.
    requires static com.google.auto.service;

    // Recipes are constructed by the application.
    exports @package@;

    provides io.tune4j.api.plugin.Plugin with
            @package@.@class@;
}
