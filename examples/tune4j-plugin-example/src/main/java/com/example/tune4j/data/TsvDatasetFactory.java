package com.example.tune4j.data;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.Dataset;
import io.tune4j.api.data.DatasetProvider;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import io.tune4j.api.data.Dataset.SampleSink;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.error.UserException;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code tsv_dataset}: a question, a tab and an answer on each line. Keys: {@code data_file}; {@code train_on_input} to learn
 * the questions too.
 */
public final class TsvDatasetFactory implements ComponentFactory<DatasetProvider> {
    @Override
    public Class<DatasetProvider> type() {
        return DatasetProvider.class;
    }

    @Override
    public String name() {
        return "tsv_dataset";
    }

    @Override
    public String summary() {
        return "a question, a tab and an answer on each line of a file";
    }

    /** Only reads options: the file is opened by the provider, after the whole config was found right. */
    @Override
    public DatasetProvider create(ConfigReader options, ComponentContext context) {
        Path file = options.path("data_file");
        boolean trainOnInput = options.bool("train_on_input", false);
        return tokenizer -> new TsvDataset(file, read(file), trainOnInput, tokenizer);
    }

    private static List<String[]> read(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).split("\t", -1).length != 2) {
                    throw new UserException(file + ":" + (i + 1) + ": expected a question, one tab and an answer, found '"
                            + lines.get(i) + "'");
                }
            }
            return lines.stream().map(line -> line.split("\t", -1)).toList();
        } catch (IOException e) {
            throw new UserException(
                    "dataset.data_file: cannot read " + file.toAbsolutePath() + ": " + e.getMessage(), e);
        }
    }

    private record TsvDataset(Path file, List<String[]> lines, boolean trainOnInput, Tokenizer tokenizer)
            implements Dataset {
        @Override
        public void read(SampleSink sink) {
            for (int i = 0; i < lines.size(); i++) {
                String[] line = lines.get(i);
                sink.sample(tokenizer.encodeMessages(
                        file.getFileName() + ":" + (i + 1),
                        List.of(
                                new Message(Role.USER, line[0], trainOnInput),
                                new Message(Role.ASSISTANT, line[1], true))));
            }
        }

        @Override
        public String describe() {
            return "lines of " + file.getFileName();
        }
    }
}
