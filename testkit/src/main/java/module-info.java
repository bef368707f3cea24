/** The conformance kit: abstract JUnit classes that a plugin's own tests extend. */
module io.tune4j.testkit {
    requires transitive io.tune4j.api;
    requires transitive io.tune4j.engine;
    requires io.tune4j.decoder;
    // A plugin's tests extend these classes, so they need JUnit and AssertJ with them.
    requires transitive org.junit.jupiter.api;
    requires transitive org.assertj.core;
    requires com.fasterxml.jackson.databind;
    requires java.management;
    requires jdk.httpserver;

    exports io.tune4j.testkit.autograd;
    exports io.tune4j.testkit.backend;
    exports io.tune4j.testkit.component;
    exports io.tune4j.testkit.config;
    exports io.tune4j.testkit.fuzz;
    exports io.tune4j.testkit.hub;
    exports io.tune4j.testkit.model;
    exports io.tune4j.testkit.peft;
    exports io.tune4j.testkit.recipe;
    exports io.tune4j.testkit.reference;
    exports io.tune4j.testkit.toy;
}
