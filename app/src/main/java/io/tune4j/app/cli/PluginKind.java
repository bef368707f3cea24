// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import java.util.List;

/** The kinds of contribution that {@code tune plugins new} writes. Names are those of the option and of the templates' folders. */
enum PluginKind {
    recipe(List.of("README.md", "count_tokens.yaml"), List.of("CountTokens.java"), "CountTokensTest.java"),
    peft(
            List.of("README.md"),
            List.of("GainMethod.java", "GainAdapter.java", "GainLinear.java"),
            "GainMethodTest.java"),
    dataset(List.of("README.md"), List.of("LinesDatasetFactory.java", "LinesDataset.java"), "LinesDatasetTest.java"),
    logger(List.of("README.md"), List.of("CsvLoggerFactory.java", "CsvLogger.java"), "CsvLoggerTest.java");

    private final List<String> files;
    private final List<String> classes;
    private final String test;

    PluginKind(List<String> files, List<String> classes, String test) {
        this.files = files;
        this.classes = classes;
        this.test = test;
    }

    /** Files of the project's folder. */
    List<String> files() {
        return files;
    }

    /** Sources beside the plugin class. */
    List<String> classes() {
        return classes;
    }

    /** The test that extends the kit. */
    String test() {
        return test;
    }
}
