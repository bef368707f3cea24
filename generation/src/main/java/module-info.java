/** Generation of text, and scoring of given text, above the model SPI: what recipes and the application share. */
module io.tune4j.generation {
    requires transitive io.tune4j.api;
    requires com.fasterxml.jackson.databind;

    exports io.tune4j.generation;
}
