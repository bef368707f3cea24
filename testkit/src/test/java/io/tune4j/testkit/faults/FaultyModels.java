// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.faults;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.ModelFamily;
import io.tune4j.api.model.SequenceCache;
import io.tune4j.api.model.TensorFiles;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.testkit.faults.AlteredModels.Bypassing;
import io.tune4j.testkit.faults.AlteredModels.Changed;
import io.tune4j.testkit.faults.AlteredModels.Rebatched;
import io.tune4j.testkit.faults.AlteredModels.Renamed;
import io.tune4j.testkit.faults.AlteredModels.Same;
import io.tune4j.testkit.faults.AlteredModels.SameModel;
import io.tune4j.testkit.faults.AlteredModels.Unchecked;
import io.tune4j.testkit.faults.AlteredModels.WithoutValueGradient;
import io.tune4j.testkit.model.ModelFamilyConformance;
import io.tune4j.testkit.promises.Altered;
import io.tune4j.testkit.promises.Breach;
import io.tune4j.testkit.reference.JavaBackendFactory;
import io.tune4j.testkit.toy.Assembled;
import io.tune4j.testkit.toy.RandomWeights;
import io.tune4j.testkit.toy.ToyCheckpoints;
import io.tune4j.testkit.toy.ToyDefinition;
import io.tune4j.testkit.toy.ToyPlugin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The toy model with faults. */
public final class FaultyModels {
    private static final ToyDefinition RIGHT = new ToyDefinition(1, false, true);
    private static final Path GOLDEN = golden();

    private static UnaryOperator<ModelDefinition> fault = definition -> definition;
    private static boolean swallowsOptions;
    private static BackendFactory backends = new JavaBackendFactory();

    private FaultyModels() {}

    public static void repair() {
        fault = definition -> definition;
        swallowsOptions = false;
        backends = new JavaBackendFactory();
    }

    private static Breach breach(
            String of, String promise, String mutant, String test, UnaryOperator<ModelDefinition> planted) {
        return new Breach(of, promise, mutant, List.of(Subject.class), test, () -> {
            repair();
            fault = planted;
        });
    }

    /** All of them. */
    public static Stream<Breach> all() {
        return Stream.of(definitions(), forwards(), others()).flatMap(each -> each);
    }

    private static Stream<Breach> others() {
        return Stream.of(
                new Breach(
                        "ModelBuilder.define",
                        "claims the keys that it knows, and no other",
                        "every key is claimed",
                        List.of(Subject.class),
                        "unknownOptionsAreReported",
                        () -> {
                            repair();
                            swallowsOptions = true;
                        }),
                new Breach(
                        "FusedKernels.attentionBackward",
                        "the gradient of sequences longer than a window",
                        "the values have none",
                        List.of(Subject.class),
                        "gradientsOfLongSequencesAreThoseOfFiniteDifferences",
                        () -> {
                            repair();
                            backends = new WithoutValueGradient();
                        }),
                breach(
                        "ModelDefinition.build",
                        "refuses token ids outside of the vocabulary",
                        "ids are taken modulo the vocabulary",
                        "tokensAndLengthsBeyondTheModelAreTheUsersMistake",
                        Unchecked::new));
    }

    private static Breach cache(String of, String promise, String mutant, String method, Altered.Change change) {
        return breach(of, promise, mutant, "aCacheComputesWhatTheWholeSequenceDoes", right -> new Same(right) {
            @Override
            public CausalLanguageModel assemble(
                    Backend backend, DType dtype, WeightSource weights, LinearFactory linears) {
                return new SameModel(right.assemble(backend, dtype, weights, linears)) {
                    @Override
                    public SequenceCache sequenceCache() {
                        return Altered.of(SequenceCache.class, model.sequenceCache(), method, change);
                    }
                };
            }
        });
    }

    private static Stream<Breach> definitions() {
        return Stream.of(
                breach(
                        "ModelDefinition.weights",
                        "every tensor a checkpoint must hold, by its name there",
                        "a norm has another name",
                        "weightsAreThoseOfTheCheckpoint",
                        Renamed::new),
                breach(
                        "ModelDefinition.describe",
                        "one line",
                        "two lines",
                        "namesAreThoseOfAConfig",
                        right -> new Same(right) {
                            @Override
                            public String describe() {
                                return "Toy,\n1 layer";
                            }
                        }),
                breach(
                        "ModelDefinition.projections",
                        "in the order of the forward, the output projection last",
                        "the output projection first",
                        "weightsAreThoseOfTheCheckpoint",
                        right -> new Same(right) {
                            @Override
                            public List<Projection> projections() {
                                List<Projection> turned = new ArrayList<>(right.projections());
                                Collections.rotate(turned, 1);
                                return turned;
                            }
                        }),
                breach(
                        "ModelDefinition.tiedEmbeddings",
                        "whether the output projection uses the embedding's weight",
                        "tied, with a weight of its own",
                        "weightsAreThoseOfTheCheckpoint",
                        right -> new Same(right) {
                            @Override
                            public boolean tiedEmbeddings() {
                                return true;
                            }
                        }),
                breach(
                        "ModelDefinition.vocabularySize",
                        "the width of the output projection",
                        "one less",
                        "weightsAreThoseOfTheCheckpoint",
                        right -> new Same(right) {
                            @Override
                            public int vocabularySize() {
                                return right.vocabularySize() - 1;
                            }
                        }),
                breach(
                        "ModelDefinition.layerCount",
                        "the number of layers",
                        "one more than the model has",
                        "everyProjectionComesFromTheFactoryOnce",
                        right -> new Same(right) {
                            @Override
                            public int layerCount() {
                                return right.layerCount() + 1;
                            }
                        }),
                breach(
                        "ModelDefinition.assemble",
                        "asks the factory for each projection by name",
                        "one is made without the factory",
                        "everyProjectionComesFromTheFactoryOnce",
                        Bypassing::new));
    }

    private static Stream<Breach> forwards() {
        return Stream.of(
                breach(
                        "CausalLanguageModel.hiddenStates",
                        "the final, normed hidden states",
                        "1 % too large",
                        "logitsAreTheGoldenOnes",
                        right -> new Changed(right, 1.01)),
                breach(
                        "CausalLanguageModel.hiddenStates",
                        "recomputed layers change nothing",
                        "recomputed layers have another result",
                        "computingLayersAgainChangesNothing",
                        right -> new Changed(right, 1) {
                            @Override
                            Tensor change(Tensor hidden, int checkpointedLayers) {
                                return checkpointedLayers > 0 ? hidden.times(1.5) : hidden;
                            }
                        }),
                breach(
                        "Tape.record",
                        "records how to go back from each operation",
                        "a factor is not recorded",
                        "gradientsAreThoseOfFiniteDifferences",
                        right -> new Changed(right, 1.1)),
                breach(
                        "CausalLanguageModel.sharesRows",
                        "computes batches whose samples share rows",
                        "the rows are taken for one sequence",
                        "sharedBeginningsChangeNothing",
                        right -> new Rebatched(right, false)),
                breach(
                        "SequenceLayout",
                        "only rows of one sequence see each other",
                        "a batch is one sequence",
                        "sequencesDoNotSeeEachOther",
                        right -> new Rebatched(right, true)),
                breach(
                        "CausalLanguageModel.hiddenStates",
                        "of some rows",
                        "of the first rows, as many as asked for",
                        "sequencesDoNotSeeEachOther",
                        right -> new Same(right) {
                            @Override
                            public CausalLanguageModel assemble(
                                    Backend backend, DType dtype, WeightSource weights, LinearFactory linears) {
                                return new SameModel(right.assemble(backend, dtype, weights, linears)) {
                                    @Override
                                    public Tensor hiddenStates(
                                            RaggedBatch batch, long[] rows, Pass pass, int checkpointedLayers) {
                                        long[] first =
                                                LongStream.range(0, rows.length).toArray();
                                        return model.hiddenStates(batch, first, pass, checkpointedLayers);
                                    }
                                };
                            }
                        }),
                cache(
                        "SequenceCache.truncate",
                        "forgets the tokens after the first so many",
                        "nothing is forgotten",
                        "truncate",
                        (arguments, original) -> null),
                cache(
                        "SequenceCache.fork",
                        "begins a sequence with the first tokens of another",
                        "with one token less",
                        "fork",
                        (arguments, original) -> original.with(arguments[0], (int) arguments[1] - 1, arguments[2])),
                cache(
                        "SequenceCache.extend",
                        "hidden states of the wanted tokens, which are the last",
                        "one is wanted, whatever was asked for",
                        "extend",
                        (arguments, original) -> original.with(((List<?>) arguments[0])
                                .stream()
                                        .map(each -> (SequenceCache.Extension) each)
                                        .map(each -> new SequenceCache.Extension(
                                                each.sequence(), each.tokens(), Math.min(1, each.wanted())))
                                        .toList())),
                cache(
                        "SequenceCache.length",
                        "the number of tokens",
                        "of those that memory is reserved for",
                        "length",
                        (arguments, original) -> 20),
                breach(
                        "CausalLanguageModel.close",
                        "frees the model's weights",
                        "nothing is freed",
                        "logitsAreTheGoldenOnes",
                        right -> new Same(right) {
                            @Override
                            public CausalLanguageModel assemble(
                                    Backend backend, DType dtype, WeightSource weights, LinearFactory linears) {
                                return new SameModel(right.assemble(backend, dtype, weights, linears)) {
                                    @Override
                                    public void close() {
                                        // Forgotten.
                                    }
                                };
                            }
                        }));
    }

    /** The toy family, faulty or not. */
    static class Family implements ModelFamily {
        @Override
        public String name() {
            return "toy";
        }

        @Override
        public List<ModelBuilder> builders() {
            ModelBuilder right = new ToyPlugin().models().get(0).builders().get(0);
            return List.of(new ModelBuilder() {
                @Override
                public String name() {
                    return right.name();
                }

                @Override
                public String summary() {
                    return right.summary();
                }

                @Override
                public ModelDefinition define(ConfigReader options, Path checkpointDirectory) {
                    ModelDefinition definition = right.define(options, checkpointDirectory);
                    if (swallowsOptions) {
                        options.keys().forEach(options::claim);
                    }
                    return fault.apply(definition);
                }
            });
        }
    }

    public static class Subject extends ModelFamilyConformance {
        @Override
        protected ModelFamily family() {
            return new Family();
        }

        @Override
        protected String model() {
            return "_component_: toy\nlayers: 1";
        }

        @Override
        protected Path golden() {
            return GOLDEN;
        }

        @Override
        protected BackendFactory backendFactory() {
            return backends;
        }
    }

    /** The correct toy model's output for some tokens. */
    private static Path golden() {
        BackendOptions options = new BackendOptions(Device.CPU, DType.FLOAT32, 1, notice -> {});
        try (Backend backend = new JavaBackendFactory().create(options)) {
            Path folder = ToyCheckpoints.write(Files.createTempDirectory("toy-golden"), RIGHT);
            RandomWeights weights = new RandomWeights(RIGHT);
            RaggedBatch batch = Assembled.batch(RIGHT, 8, 9);
            LinearFactory dense = new DenseFormat().factory(backend, DType.FLOAT32, weights);
            try (Assembled model = Assembled.of(backend, DType.FLOAT32, RIGHT, weights, dense);
                    Tensor tokens = Tensor.ofLongs(backend, batch.tokens());
                    Tensor logits = Tensor.ofDoubles(
                            backend, DType.FLOAT32, model.logits(batch), batch.tokenCount(), RIGHT.vocabularySize())) {
                Map<String, Tensor> tensors = new LinkedHashMap<>();
                tensors.put("input_ids", tokens);
                tensors.put("logits", logits);
                TensorFiles.write(folder.resolve("golden.safetensors"), tensors);
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
