package com.example.tune4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.error.UserException;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.engine.registry.ComponentRegistry;
import io.tune4j.testkit.config.Sections;
import io.tune4j.testkit.toy.ByteTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TsvDatasetTest {
    @TempDir
    Path folder;

    private List<TokenizedSample> open(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("pairs.tsv"), text);
        return new TsvDatasetFactory()
                .create(
                        Sections.of("data_file: " + file),
                        new ComponentContext(ComponentRegistry.of(List.of()), null, null))
                .open(new ByteTokenizer())
                .toList();
    }

    @Test
    void onlyAnswersAreTrained() throws IOException {
        List<TokenizedSample> data = open("two plus two\tfour\none\tuno\n");
        assertThat(data.size()).isEqualTo(2);
        assertThat(data.get(0).trainedTokens()).isEqualTo("four".length() + 1);
        assertThat(data.get(1).id()).isEqualTo("pairs.tsv:2");
    }

    @Test
    void aLineThatDoesNotFitIsNamed() {
        assertThatThrownBy(() -> open("a\tb\nno tab\n"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("pairs.tsv:2");
    }
}
