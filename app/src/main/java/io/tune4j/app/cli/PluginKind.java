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
    logger(List.of("README.md"), List.of("CsvLoggerFactory.java", "CsvLogger.java"), "CsvLoggerTest.java"),
    model(List.of("README.md"), List.of("OwnArchitecture.java", "OwnFamily.java"), "OwnFamilyTest.java"),
    backend(
            List.of("README.md"),
            List.of(
                    "JavaBackendFactory.java",
                    "JavaBackend.java",
                    "JavaKernels.java",
                    "JavaArray.java",
                    "Elements.java",
                    "MersenneTwister.java",
                    "MemoryCollective.java"),
            "JavaBackendTest.java");

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

    /** The last word of the module that it is made with: the API, or the decoder, which requires the API. */
    String library() {
        return this == model ? "decoder" : "api";
    }

    /** Files that the test reads. */
    List<String> golden() {
        return this == model ? List.of("config.json", "model.safetensors", "golden.safetensors") : List.of();
    }

    /** The test that extends the kit. */
    String test() {
        return test;
    }
}
