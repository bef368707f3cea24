// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.golden;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.model.ModelDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The {@code config.json} of transformers 4 and that of transformers 5 are the same model, in each family. */
class ConfigLayoutsTest {
    @TempDir
    Path folder;

    static List<GoldenFixture> fixtures() {
        return GoldenFixture.all();
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void bothLayoutsAreTheSameModel(GoldenFixture fixture) throws IOException {
        ModelDefinition old = GoldenModel.definition(fixture.folder());
        Files.copy(fixture.folder().resolve("config_transformers5.json"), folder.resolve("config.json"));
        assertThat(GoldenModel.definition(folder)).isEqualTo(old);
    }
}
