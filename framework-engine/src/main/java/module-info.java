/**
 * The parts that the application and its recipes share and plugin authors do not need: reading configs, looking components up,
 * making a recipe's inputs, profiling and foreseeing a run, PyTorch's weight files, and the hub's client. Nothing in
 * here is promised to stay.
 */
module io.tune4j.engine {
    requires transitive io.tune4j.api;
    requires io.tune4j.decoder;
    requires com.fasterxml.jackson.databind;
    requires java.net.http;
    requires jdk.jfr;
    requires org.yaml.snakeyaml;

    exports io.tune4j.engine.adapter;
    exports io.tune4j.engine.config;
    exports io.tune4j.engine.hub;
    exports io.tune4j.engine.inject;
    exports io.tune4j.engine.modelfile;
    exports io.tune4j.engine.plugin;
    exports io.tune4j.engine.profile;
    exports io.tune4j.engine.registry;
    exports io.tune4j.engine.shapes;
    exports io.tune4j.engine.torch;
}
