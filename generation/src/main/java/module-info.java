/** Text generation on top of the model SPI, shared by recipes and the application. */
module io.tune4j.generation {
    requires transitive io.tune4j.api;
    requires com.fasterxml.jackson.databind;

    exports io.tune4j.generation;
}
