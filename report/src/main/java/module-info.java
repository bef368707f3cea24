/**
 * Reports of runs: a journal in the run's folder, a report of it in one HTML file, and the same page live. Everything is read
 * from files, so another process can read it, also later.
 */
module io.tune4j.report {
    requires transitive io.tune4j.api;
    requires io.tune4j.engine;
    requires java.management;
    requires jdk.management;
    requires jdk.httpserver;
    requires jdk.jfr;
    requires transitive com.fasterxml.jackson.databind;

    exports io.tune4j.report;
    exports io.tune4j.report.run;
    exports io.tune4j.report.page;
    exports io.tune4j.report.watch;
}
