// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.autograd.Tape.Checkpointing;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.batch.TokenizedSample.SamplePart;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.UserException;
import io.tune4j.api.model.CheckpointFit;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.ModelFamily;
import io.tune4j.api.model.SequenceCache;
import io.tune4j.api.model.SequenceCache.Extended;
import io.tune4j.api.model.SequenceCache.Extension;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Pass.AdapterRows;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.testkit.autograd.FiniteDifferences;
import io.tune4j.testkit.autograd.TrainedLinear;
import io.tune4j.testkit.config.Sections;
import io.tune4j.testkit.reference.JavaBackendFactory;
import io.tune4j.testkit.toy.Assembled;
import io.tune4j.testkit.toy.RandomWeights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Everything that a model family must do. The implementer supplies a small checkpoint in Hugging Face's format and, beside it,
 * {@code golden.safetensors}, made by the family's reference implementation: {@code input_ids [n]} int64 of one sequence and
 * its {@code logits [n, V]} fp32.
 *
 * <pre>{@code
 * class MyModelTest extends ModelFamilyConformance {
 *     @Override protected ModelFamily family() { return new MyFamily(); }
 *     @Override protected String model() { return "_component_: my_model"; }
 *     @Override protected Path golden() { return Path.of("src/test/resources/golden"); }
 * }
 * }</pre>
 */
public abstract class ModelFamilyConformance {
    private Backend backend;
    private int liveBefore;

    /** The family under test. */
    protected abstract ModelFamily family();

    /** The model section that describes the checkpoint in {@link #golden}. */
    protected abstract String model();

    /** The folder with the checkpoint and {@code golden.safetensors}. */
    protected abstract Path golden();

    /** The backend that computes; plain Java unless a subclass overrides this. */
    protected BackendFactory backendFactory() {
        return new JavaBackendFactory();
    }

    /** The largest difference of a logit from the golden one, in fp32, relative to 1 + its size. */
    protected double tolerance() {
        return 1e-4;
    }

    /**
     * Lengths of the sequences whose gradients are tried along random directions. The longest exceeds every window of the model's
     * attention, or the part of a kernel that a window changes is never tried.
     */
    protected int[] lengths() {
        return new int[] {24, 5};
    }

    @BeforeEach
    final void openBackend() {
        liveBefore = LeakDetector.liveCount();
        backend = backendFactory().create(new BackendOptions(Device.CPU, DType.FLOAT32, 1, notice -> {}));
    }

    @AfterEach
    final void closeBackend() {
        backend.close();
        assertThat(LeakDetector.liveCount())
                .as(() -> "live tensors after the test: " + LeakDetector.describeLive())
                .isEqualTo(liveBefore);
    }

    private ModelDefinition define(String yaml) {
        ConfigReader options = Sections.of(yaml);
        String name = options.component();
        ModelBuilder builder = family().builders().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("the family has no builder '" + name + "'"));
        ModelDefinition definition = builder.define(options, golden());
        options.finish();
        options.problems().throwIfAny();
        if (definition == null) {
            throw new AssertionError("builder '" + name + "' returned null without saying what is wrong");
        }
        return definition;
    }

    @Test
    final void namesAreThoseOfAConfig() {
        assertThat(family().name()).matches("[a-z][a-z0-9_]*");
        List<String> names =
                family().builders().stream().map(ModelBuilder::name).toList();
        assertThat(names).isNotEmpty().doesNotHaveDuplicates().allMatch(name -> name.matches("[a-z][a-z0-9_]*"));
        assertThat(family().builders())
                .allSatisfy(
                        builder -> assertThat(builder.summary()).isNotBlank().doesNotContain("\n"));
        assertThat(define(model()).describe()).isNotBlank().doesNotContain("\n");
    }

    @Test
    final void unknownOptionsAreReported() {
        assertThatThrownBy(() -> define(model() + "\nno_such_option: 1"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("no_such_option");
    }

    @Test
    final void weightsAreThoseOfTheCheckpoint() {
        ModelDefinition definition = define(model());
        try (Checkpoint checkpoint = Checkpoint.open(golden().resolve("model.safetensors"))) {
            CheckpointFit.check(definition, checkpoint, golden());
        }
        List<String> weights =
                definition.weights().stream().map(each -> each.name()).toList();
        assertThat(weights).doesNotHaveDuplicates();
        for (Projection projection : definition.projections()) {
            assertThat(weights).as(projection.name()).contains(projection.weightName());
            if (projection.bias()) {
                assertThat(weights).as(projection.name()).contains(projection.biasName());
            }
        }
        Projection head = definition.projections().get(definition.projections().size() - 1);
        assertThat(head.outFeatures()).as("the last projection is the output's").isEqualTo(definition.vocabularySize());
        assertThat(head.weightName().equals(head.name() + ".weight"))
                .as("a tied output projection takes the embedding's weight")
                .isEqualTo(!definition.tiedEmbeddings());
    }

    @Test
    final void everyProjectionComesFromTheFactoryOnce() {
        ModelDefinition definition = define(model());
        RandomWeights weights = new RandomWeights(definition);
        List<Projection> asked = new ArrayList<>();
        LinearFactory dense = new DenseFormat().factory(backend, DType.FLOAT32, weights);
        LinearFactory recording = projections -> {
            asked.addAll(projections);
            assertThat(projections.stream().map(Projection::inFeatures).distinct())
                    .as("projections made together read the same input: %s", projections)
                    .hasSize(1);
            return dense.create(projections);
        };
        try (Assembled model = Assembled.of(backend, DType.FLOAT32, definition, weights, recording)) {
            assertThat(asked).containsExactlyInAnyOrderElementsOf(definition.projections());
            assertThat(model.model().layerCount()).isEqualTo(definition.layerCount());
        }
    }

    @Test
    final void logitsAreTheGoldenOnes() {
        ModelDefinition definition = define(model());
        try (Checkpoint golden = Checkpoint.open(golden().resolve("golden.safetensors"));
                Checkpoint checkpoint = Checkpoint.open(golden().resolve("model.safetensors"));
                TensorScope scope = TensorScope.open()) {
            CheckpointWeights expected = new CheckpointWeights(golden);
            RaggedBatch batch = batch(tokens(golden));
            double[] logits = expected.load(backend, "logits", DType.FLOAT32).toDoubles();
            CheckpointWeights weights = new CheckpointWeights(checkpoint);
            LinearFactory dense = new DenseFormat().factory(backend, DType.FLOAT32, weights);
            try (Assembled model = Assembled.of(backend, DType.FLOAT32, definition, weights, dense)) {
                assertClose(model.logits(batch), logits, tolerance());
            }
        }
    }

    private static int[] tokens(Checkpoint golden) {
        ByteBuffer bytes = ByteBuffer.allocate(
                        Math.toIntExact(golden.entry("input_ids").byteLength()))
                .order(ByteOrder.LITTLE_ENDIAN);
        golden.read(golden.entry("input_ids"), 0, bytes);
        bytes.flip();
        return IntStream.generate(() -> Math.toIntExact(bytes.getLong()))
                .limit(bytes.remaining() / Long.BYTES)
                .toArray();
    }

    private static RaggedBatch batch(int... tokens) {
        return RaggedBatch.of(List.of(new TokenizedSample("sample#1", tokens, new boolean[tokens.length])));
    }

    @Test
    final void sequencesDoNotSeeEachOther() {
        ModelDefinition definition = define(model());
        RandomWeights weights = new RandomWeights(definition);
        LinearFactory dense = new DenseFormat().factory(backend, DType.FLOAT32, weights);
        try (Assembled model = Assembled.of(backend, DType.FLOAT32, definition, weights, dense)) {
            RaggedBatch both = Assembled.batch(definition, 1, 5, 8);
            int[] tokens =
                    Arrays.stream(both.tokens()).mapToInt(Math::toIntExact).toArray();
            RaggedBatch second = batch(Arrays.copyOfRange(tokens, 5, 13));
            double[] together = model.logits(both);
            double[] alone = model.logits(second);
            int vocabulary = definition.vocabularySize();
            assertClose(Arrays.copyOfRange(together, 5 * vocabulary, 13 * vocabulary), alone, 1e-5);
            assertClose(model.logits(both, new long[] {6, 12}), concatenated(alone, vocabulary, 1, 7), 1e-5);
        }
    }

    /** Sequences that grow, fork and are cut have the logits of the whole sequences; some become longer than windows. */
    @Test
    final void aCacheComputesWhatTheWholeSequenceDoes() {
        ModelDefinition definition = define(model());
        RandomWeights weights = new RandomWeights(definition);
        LinearFactory dense = new DenseFormat().factory(backend, DType.FLOAT32, weights);
        int[] tokens = Arrays.stream(Assembled.batch(definition, 6, 16).tokens())
                .mapToInt(Math::toIntExact)
                .toArray();
        int[] branch = Arrays.copyOf(tokens, 8);
        branch[7] = (tokens[7] + 1) % definition.vocabularySize();
        try (Assembled model = Assembled.of(backend, DType.FLOAT32, definition, weights, dense);
                SequenceCache cache = model.model().sequenceCache();
                TensorScope scope = TensorScope.open()) {
            int whole = cache.open(AdapterRows.BASE, 4);
            int other = cache.open(AdapterRows.BASE, 20);
            extended(
                    model,
                    cache,
                    new Extension(other, longs(tokens, 0, 3), 0),
                    new Extension(whole, longs(tokens, 0, 9), 0));
            for (int at = 9; at < 15; at++) {
                assertLast(model, cache, new Extension(whole, longs(tokens, at, at + 1), 1), tokens);
            }
            assertLast(model, cache, new Extension(other, longs(tokens, 3, 7), 4), tokens);
            int fork = cache.fork(whole, 7, 8);
            assertThat(cache.length(fork)).isEqualTo(7);
            assertLast(model, cache, new Extension(fork, longs(branch, 7, 8), 1), branch);
            assertThat(cache.length(whole)).as("after it was forked").isEqualTo(15);
            cache.truncate(whole, 7);
            assertThat(cache.length(whole)).isEqualTo(7);
            assertLast(model, cache, new Extension(whole, longs(branch, 7, 8), 1), branch);
            cache.end(other);
            cache.end(fork);
            assertThatThrownBy(() ->
                            cache.extend(List.of(new Extension(whole, new long[] {definition.vocabularySize()}, 1))))
                    .isInstanceOf(UserException.class);
            assertThat(cache.length(whole)).as("after a failure").isEqualTo(8);
        }
    }

    private static long[] longs(int[] tokens, int from, int to) {
        return Arrays.stream(tokens, from, to).asLongStream().toArray();
    }

    private static double[] extended(Assembled model, SequenceCache cache, Extension... extensions) {
        Extended extended = cache.extend(List.of(extensions));
        Tensor hidden = extended.hidden();
        return hidden == null
                ? new double[0]
                : model.model().outputHead().forward(hidden, extended.pass()).toDoubles();
    }

    /** The logits of the wanted tokens are those of the sequence from its beginning. */
    private static void assertLast(Assembled model, SequenceCache cache, Extension extension, int... tokens) {
        double[] actual = extended(model, cache, extension);
        int length = cache.length(extension.sequence());
        long[] rows = LongStream.range(length - extension.wanted(), length).toArray();
        assertClose(actual, model.logits(batch(Arrays.copyOf(tokens, length)), rows), 1e-4);
    }

    private static double[] concatenated(double[] rows, int width, int... wanted) {
        return Arrays.stream(wanted)
                .mapToObj(row -> Arrays.copyOfRange(rows, row * width, (row + 1) * width))
                .flatMapToDouble(Arrays::stream)
                .toArray();
    }

    /** Checks the backward of the whole model in fp64, with every projection trained. */
    @Test
    final void gradientsAreThoseOfFiniteDifferences() {
        ModelDefinition definition = define(model());
        RandomWeights weights = new RandomWeights(definition);
        List<Parameter> parameters = new ArrayList<>();
        RaggedBatch batch = Assembled.batch(definition, 2, 3, 4);
        try (Assembled model = trained(definition, weights, parameters)) {
            List<Parameter> some = sample(parameters);
            FiniteDifferences.check(backend, List.of(), some, (inputs, tape) -> model.loss(batch, tape, 0));
        }
    }

    /** Tries every projection, with sequences that are longer than the model's windows. */
    @Test
    final void gradientsOfLongSequencesAreThoseOfFiniteDifferences() {
        ModelDefinition definition = define(model());
        int longest = IntStream.of(lengths()).max().orElse(0);
        assertThat(longest)
                .as("the longest of lengths() is within the model's positions, and longer than the sliding_window"
                        + " of config.json")
                .isLessThanOrEqualTo(definition.maxSequenceLength())
                .isGreaterThan(window());
        List<Parameter> parameters = new ArrayList<>();
        RaggedBatch batch = Assembled.batch(definition, 4, lengths());
        try (Assembled model = trained(definition, new RandomWeights(definition), parameters)) {
            FiniteDifferences.checkDirections(
                    backend, parameters, (inputs, tape) -> model.loss(batch, tape, definition.layerCount() / 2));
        }
    }

    /** The sliding window that the checkpoint's config.json names; 0 for none. */
    private int window() {
        Path file = golden().resolve("config.json");
        try {
            return Files.exists(file)
                    ? new ObjectMapper()
                            .readTree(file.toFile())
                            .path("sliding_window")
                            .asInt(0)
                    : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A model that says so must compute rows that samples share as if each sample had its own. */
    @Test
    final void sharedBeginningsChangeNothing() {
        ModelDefinition definition = define(model());
        List<Parameter> parameters = new ArrayList<>();
        List<SamplePart> parts = Assembled.beginningsInCommon(definition, 5);
        RaggedBatch plain = RaggedBatch.ofParts(parts);
        RaggedBatch shared = RaggedBatch.ofPartsSharing(parts, 0);
        assertThat(shared.tokenCount()).isLessThan(plain.tokenCount());
        try (Assembled model = trained(definition, new RandomWeights(definition), parameters)) {
            assumeThat(model.model().sharesRows())
                    .as("the model computes shared rows")
                    .isTrue();
            double expected = model.lossWithGradients(plain, 0);
            List<double[]> gradients = taken(parameters);
            for (int layers : new int[] {0, definition.layerCount()}) {
                assertThat(model.lossWithGradients(shared, layers))
                        .as("loss of samples that share their beginnings")
                        .isCloseTo(expected, within(1e-9 * Math.abs(expected)));
                List<double[]> actual = taken(parameters);
                for (int i = 0; i < gradients.size(); i++) {
                    assertClose(actual.get(i), gradients.get(i), 1e-9);
                }
            }
        }
    }

    @Test
    final void computingLayersAgainChangesNothing() {
        ModelDefinition definition = define(model());
        RandomWeights weights = new RandomWeights(definition);
        List<Parameter> parameters = new ArrayList<>();
        RaggedBatch batch = Assembled.batch(definition, 3, 4, 2);
        try (Assembled model = trained(definition, weights, parameters)) {
            double kept = model.lossWithGradients(batch, 0);
            List<double[]> gradients = taken(parameters);
            for (Checkpointing checkpointing : Checkpointing.values()) {
                double again = model.lossWithGradients(batch, definition.layerCount(), checkpointing);
                assertThat(again).as("%s", checkpointing).isCloseTo(kept, within(1e-9));
                List<double[]> recomputed = taken(parameters);
                for (int i = 0; i < gradients.size(); i++) {
                    assertClose(recomputed.get(i), gradients.get(i), 1e-9);
                }
            }
        }
    }

    private static List<double[]> taken(List<Parameter> parameters) {
        List<double[]> gradients = new ArrayList<>();
        for (Parameter parameter : parameters) {
            Tensor gradient = parameter.gradient();
            assertThat(gradient).as("gradient of %s", parameter.name()).isNotNull();
            gradients.add(gradient == null ? new double[0] : gradient.toDoubles());
            parameter.clearGradient();
        }
        return gradients;
    }

    private Assembled trained(ModelDefinition definition, RandomWeights weights, List<Parameter> parameters) {
        LinearFactory factory = projections -> {
            try (TensorScope scope = TensorScope.open()) {
                List<Tensor> parts = projections.stream()
                        .map(each -> weights.load(backend, each.weightName(), DType.FLOAT64))
                        .toList();
                Parameter weight = new Parameter(projections.get(0).name(), Tensor.concatenate(0, parts));
                parameters.add(weight);
                return (Linear) new TrainedLinear(weight);
            }
        };
        return Assembled.of(backend, DType.FLOAT64, definition, weights, factory);
    }

    /** The first and the last layer's and the output's, which is enough to see a broken way back. */
    private static List<Parameter> sample(List<Parameter> parameters) {
        return IntStream.range(0, parameters.size())
                .filter(i -> i < 4 || i >= parameters.size() - 2)
                .mapToObj(parameters::get)
                .toList();
    }

    @Test
    final void tokensAndLengthsBeyondTheModelAreTheUsersMistake() {
        ModelDefinition definition = define(model());
        RandomWeights weights = new RandomWeights(definition);
        LinearFactory dense = new DenseFormat().factory(backend, DType.FLOAT32, weights);
        try (Assembled model = Assembled.of(backend, DType.FLOAT32, definition, weights, dense)) {
            assertThatThrownBy(() -> model.logits(batch(0, definition.vocabularySize())))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining(String.valueOf(definition.vocabularySize()))
                    .hasMessageContaining("sample#1");
            int[] tooLong = new int[definition.maxSequenceLength() + 1];
            assertThatThrownBy(() -> model.logits(batch(tooLong)))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("sample#1")
                    .hasMessageContaining(String.valueOf(tooLong.length));
        }
    }

    private static void assertClose(double[] actual, double[] expected, double tolerance) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            double error = Math.abs(actual[i] - expected[i]) / (1 + Math.abs(expected[i]));
            // Written so that NaN fails.
            if (!(error <= tolerance)) {
                assertThat(actual[i])
                        .as("element %d, relative error %.3g", i, error)
                        .isEqualTo(expected[i]);
            }
        }
    }
}
