/**
 * The application: command line, plugin discovery and wiring. It requires no plugin module: backends, models, PEFT methods
 * and recipes are found at run time in the plugin folders.
 */
// The module that embeds this one is compiled after it.
@SuppressWarnings("module")
module io.tune4j.app {
    requires io.tune4j.api;
    requires io.tune4j.engine;
    // For the recipes, which share it with the application as they do the engine.
    requires io.tune4j.generation;
    requires io.tune4j.report;
    requires com.google.guice;
    requires com.fasterxml.jackson.databind;
    requires info.picocli;
    requires jakarta.inject;
    // Ctrl-C: the one way to ask for a second press.
    requires jdk.unsupported;
    // Whether a text is a package name.
    requires java.compiler;

    uses io.tune4j.api.plugin.Plugin;

    // Programs run recipes through that module.
    exports io.tune4j.app.configs to
            io.tune4j.embed;
    exports io.tune4j.app.hub to
            io.tune4j.embed;
    exports io.tune4j.app.run to
            io.tune4j.embed;

    // picocli fills the commands' fields, Guice calls constructors and provider methods.
    opens io.tune4j.app.cli to
            info.picocli;
    opens io.tune4j.app.wiring to
            com.google.guice;
}
