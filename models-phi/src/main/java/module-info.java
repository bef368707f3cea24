/** The Phi family: Phi-3, 3.5, 4 and 4-mini. */
module io.tune4j.models.phi {
    requires transitive io.tune4j.api;
    requires io.tune4j.decoder;
    // The @AutoService annotation, which no class file keeps.
    requires static com.google.auto.service;

    exports io.tune4j.models.phi;

    provides io.tune4j.api.plugin.Plugin with
            io.tune4j.models.phi.PhiPlugin;
}
