// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.toy;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.DatasetProvider;
import io.tune4j.api.data.TokenizerProvider;
import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.ModelFamily;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.train.Checkpointer;
import io.tune4j.api.train.Optimizer;
import io.tune4j.api.train.OptimizerProvider;
import io.tune4j.testkit.reference.JavaBackendFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Model {@code toy}, {@code toy_tokenizer}, {@code toy_dataset} with {@code size} and {@code masked}, {@code toy_checkpointer}
 * with {@code checkpoint_dir}, {@code toy_optimizer} with {@code lr} and {@code momentum}, which is the optimizer's state, and the
 * backend {@code java}.
 */
public final class ToyPlugin implements Plugin {
    @Override
    public String id() {
        return "toys";
    }

    @Override
    public List<BackendFactory> backends() {
        return List.of(new JavaBackendFactory());
    }

    @Override
    public List<ModelFamily> models() {
        return List.of(new Family());
    }

    private static final class Family implements ModelFamily {
        @Override
        public String name() {
            return "toy";
        }

        @Override
        public List<ModelBuilder> builders() {
            return List.of(new Builder());
        }
    }

    private static final class Builder implements ModelBuilder {
        @Override
        public String name() {
            return "toy";
        }

        @Override
        public String summary() {
            return "a decoder of a few thousand parameters";
        }

        @Override
        public ModelDefinition define(ConfigReader options, @Nullable Path checkpointDirectory) {
            return new ToyDefinition(
                    options.integer("layers", 2, 1, 8), options.bool("tied", false), options.bool("bias", true));
        }
    }

    private record Component<T>(Class<T> type, String name, String summary, Function<ConfigReader, T> make)
            implements ComponentFactory<T> {
        @Override
        public T create(ConfigReader options, ComponentContext context) {
            return make.apply(options);
        }
    }

    private record Descent(double learningRate, double momentum) implements OptimizerProvider {
        @Override
        public double stateBytesPerParameter() {
            return 4;
        }

        @Override
        public Optimizer create(Backend backend, List<Parameter> parameters) {
            return new ToyOptimizer(backend, parameters, learningRate, momentum);
        }
    }

    @Override
    public List<ComponentFactory<?>> components() {
        return List.of(
                new Component<>(
                        TokenizerProvider.class, "toy_tokenizer", "a token per byte", options -> ByteTokenizer::new),
                new Component<>(DatasetProvider.class, "toy_dataset", "sums of small numbers", ToyPlugin::sums),
                new Component<>(
                        Checkpointer.class,
                        "toy_checkpointer",
                        "a folder with a model",
                        options -> new ToyCheckpointer(options.path("checkpoint_dir"))),
                new Component<>(
                        OptimizerProvider.class,
                        "toy_optimizer",
                        "gradient descent with momentum",
                        options -> new Descent(options.number("lr", 0.1), options.number("momentum", 0.9))));
    }

    private static DatasetProvider sums(ConfigReader options) {
        int size = options.integer("size", 12);
        boolean masked = options.bool("masked", false);
        return tokenizer -> new SumsDataset(tokenizer, size, masked);
    }
}
