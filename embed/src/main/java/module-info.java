/** Fine-tuning in a Java program, without the command line. */
module io.tune4j.embed {
    requires transitive io.tune4j.api;
    requires io.tune4j.app;
    requires io.tune4j.engine;
    requires com.fasterxml.jackson.databind;

    exports io.tune4j.embed;
}
