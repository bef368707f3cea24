/** Fine-tuning and generation in a Java program, without the command line. */
module io.tune4j.embed {
    requires transitive io.tune4j.api;
    requires transitive io.tune4j.generation;
    requires transitive io.tune4j.report;
    requires io.tune4j.app;
    requires io.tune4j.engine;
    requires com.fasterxml.jackson.databind;

    exports io.tune4j.embed;
}
