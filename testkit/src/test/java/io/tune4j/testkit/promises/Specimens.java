// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.promises;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.Dataset;
import io.tune4j.api.data.Dataset.SampleSink;
import io.tune4j.api.data.DatasetProvider;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.error.DataException;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.nn.LinearCrossEntropy;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.train.LearningRateSchedule;
import io.tune4j.api.train.Loss;
import io.tune4j.api.train.MetricLogger;
import io.tune4j.api.train.MetricLoggerProvider;
import io.tune4j.testkit.toy.ToyPlugin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/** One right component of each kind; those of the toys, and a schedule, a loss, a logger, a data set and a weight format. */
final class Specimens implements Plugin {
    private record Component<T>(
            Class<T> type, String name, String summary, BiFunction<ConfigReader, ComponentContext, T> make)
            implements ComponentFactory<T> {
        @Override
        public T create(ConfigReader options, ComponentContext context) {
            return make.apply(options, context);
        }
    }

    private final UnaryOperator<ComponentFactory<?>> change;

    private Specimens(UnaryOperator<ComponentFactory<?>> change) {
        this.change = change;
    }

    static Plugin right() {
        return new Specimens(factory -> factory);
    }

    /** With another factory of one kind. */
    @SuppressWarnings("unchecked")
    static <T> Plugin withFactory(Class<T> type, UnaryOperator<ComponentFactory<T>> change) {
        return new Specimens(
                factory -> factory.type().equals(type) ? change.apply((ComponentFactory<T>) factory) : factory);
    }

    /** With another component of one kind. */
    static <T> Plugin with(Class<T> type, UnaryOperator<T> change) {
        return withFactory(
                type,
                factory -> new Component<>(type, factory.name(), factory.summary(), (options, context) -> {
                    T made = factory.create(options, context);
                    return made == null ? null : change.apply(made);
                }));
    }

    @Override
    public String id() {
        return "specimens";
    }

    @Override
    public List<ComponentFactory<?>> components() {
        List<ComponentFactory<?>> all = new ArrayList<>(new ToyPlugin().components());
        all.add(new Component<>(
                LearningRateSchedule.class,
                "ramp",
                "a line up to the learning rate",
                (options, context) -> (step, total) -> (step + 1.0) / total));
        all.add(new Component<>(
                Loss.class,
                "plain_loss",
                "cross-entropy, two rows at a time",
                (options, context) -> (backend, hidden, head, labels, pass) ->
                        LinearCrossEntropy.apply(backend, hidden, head, labels, 2, pass)));
        all.add(new Component<>(MetricLoggerProvider.class, "lines_logger", "a line per number", (options, context) -> {
            Path file = context.outputDirectory().resolve(options.string("file", "log.txt"));
            return resumed -> new Lines(file, resumed);
        }));
        all.add(new Component<>(DatasetProvider.class, "lines_dataset", "a text per line", (options, context) -> {
            Path file = options.path("file");
            return tokenizer -> new Texts(file, tokenizer);
        }));
        all.add(new Component<>(
                WeightFormat.class, "plain_format", "matrices as they are", (options, context) -> new DenseFormat()));
        return all.stream().<ComponentFactory<?>>map(change).toList();
    }

    /** Lines such as {@code 3 loss 0.5}. */
    static final class Lines implements MetricLogger {
        private final Path file;

        Lines(Path file, long resumed) {
            this.file = file;
            try {
                Files.createDirectories(file.getParent());
                List<String> kept = new ArrayList<>();
                if (resumed > 0 && Files.exists(file)) {
                    Files.readAllLines(file).stream()
                            .filter(line -> Long.parseLong(line.split(" ")[0]) <= resumed)
                            .forEach(kept::add);
                }
                Files.write(file, kept);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void logConfig(String yaml) {
            // The numbers are enough.
        }

        @Override
        public void log(long step, Map<String, Double> metrics) {
            try {
                List<String> lines = new ArrayList<>(Files.readAllLines(file));
                metrics.forEach((name, value) -> lines.add(step + " " + name + " " + value));
                Files.write(file, lines);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    /** A text per line, learned as it is. */
    private record Texts(Path file, Tokenizer tokenizer) implements Dataset {
        private String content() {
            try {
                return Files.readString(file);
            } catch (IOException e) {
                throw new DataException("cannot read " + file + "; name a text file", e);
            }
        }

        @Override
        public void read(SampleSink sink) {
            int line = 0;
            for (String text : content().lines().toList()) {
                line++;
                sink.sample(tokenizer.encodeText(file.getFileName() + "#" + line, text, true));
            }
        }

        @Override
        public String identity() {
            return content();
        }

        @Override
        public String describe() {
            return "lines of " + file.getFileName();
        }
    }
}
