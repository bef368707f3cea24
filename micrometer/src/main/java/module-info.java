/** A metric logger for Micrometer's global registry. */
module io.tune4j.micrometer {
    requires transitive io.tune4j.api;
    // Micrometer's jar has no descriptor; this is the name in its manifest.
    requires micrometer.core;
    // The @AutoService annotation, which no class file keeps.
    requires static com.google.auto.service;

    exports io.tune4j.micrometer;

    provides io.tune4j.api.plugin.Plugin with
            io.tune4j.micrometer.MicrometerPlugin;
}
