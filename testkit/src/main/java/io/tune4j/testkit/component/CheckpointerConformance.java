// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.UserException;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.train.Checkpointer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Everything that a checkpointer must do. The implementer writes a base model's files. */
public abstract class CheckpointerConformance extends ComponentConformance<Checkpointer> {
    protected CheckpointerConformance() {
        super(Checkpointer.class);
    }

    /** Some of the written weights by their names in the model, with their elements row by row; at least one. */
    protected abstract Map<String, float[]> weights();

    @Test
    final void theWeightsAreThoseOfTheFiles() {
        for (int time = 0; time < 2; time++) {
            try (Checkpoint checkpoint = component().open()) {
                CheckpointWeights read = new CheckpointWeights(checkpoint);
                weights().forEach((name, values) -> {
                    assertThat(read.has(name)).as(name).isTrue();
                    assertThat(read.load(backend(), name, DType.FLOAT32).toFloats())
                            .as(name)
                            .isEqualTo(values);
                });
            }
        }
        assertThat(weights()).isNotEmpty();
    }

    @Test
    final void itSaysWhereTheBaseModelIs() {
        Checkpointer checkpointer = component();
        assertThat(checkpointer.checkpointDirectory()).isDirectory();
        assertThat(checkpointer.baseModel()).isNotBlank().doesNotContain("\n");
    }

    /** A section that names neither a state nor an adapter nor an output folder has none. */
    @Test
    final void nothingIsThereThatWasNotNamed() {
        Checkpointer checkpointer = component();
        assertThat(checkpointer.recipeCheckpoint()).isNull();
        assertThat(checkpointer.adapterCheckpoint()).isNull();
        assertThat(checkpointer.outputDirectory()).isNull();
    }

    @Test
    final void filesThatAreMissingOrBrokenAreTheUsersMistake() throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder())) {
            files = walk.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().endsWith(".json"))
                    .toList();
        }
        for (Path file : files) {
            byte[] content = Files.readAllBytes(file);
            Files.write(file, new byte[] {1, 2, 3});
            assertThatThrownBy(() -> component().open().close(), "three bytes in %s", file.getFileName())
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining(file.getFileName().toString());
            Files.delete(file);
            assertThatThrownBy(() -> component().open().close(), "without %s", file.getFileName())
                    .isInstanceOf(UserException.class);
            Files.write(file, content);
        }
        component().open().close();
    }
}
