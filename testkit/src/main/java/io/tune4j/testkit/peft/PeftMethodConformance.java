// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.autograd.ParameterGroup;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.TokenizedSample.SamplePart;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.UserException;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.peft.SwitchedAdapter;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.testkit.autograd.FiniteDifferences;
import io.tune4j.testkit.config.Sections;
import io.tune4j.testkit.reference.JavaBackendFactory;
import io.tune4j.testkit.toy.Assembled;
import io.tune4j.testkit.toy.MergingWeights;
import io.tune4j.testkit.toy.RandomWeights;
import io.tune4j.testkit.toy.ToyDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything that a PEFT method must do, on small models with biases, tied and untied embeddings, and on weights that are not
 * plain matrices.
 *
 * <pre>{@code
 * class MyMethodTest extends PeftMethodConformance {
 *     @Override protected PeftMethod method() { return new MyMethod(); }
 *     @Override protected String options(DType adapterDtype) {
 *         return "my_rank: 2\nadapter_dtype: " + adapterDtype;
 *     }
 * }
 * }</pre>
 */
public abstract class PeftMethodConformance {
    private static final long SEED = 11;

    private Backend backend;
    private int liveBefore;

    /** The method under test. */
    protected abstract PeftMethod method();

    /**
     * The method's keys of a model section, for parameters of the given dtype. The targets include a projection that is made
     * with others and one that stands alone.
     */
    protected abstract String options(DType adapterDtype);

    /** The backend that computes; plain Java unless a subclass overrides this. */
    protected BackendFactory backendFactory() {
        return new JavaBackendFactory();
    }

    /** The models to compose with. */
    protected List<ModelDefinition> models() {
        return List.of(new ToyDefinition(2, false, true), new ToyDefinition(1, true, false));
    }

    /** The weight formats to compose with. */
    protected List<WeightFormat> formats() {
        return List.of(new DenseFormat(), new RoundedFormat());
    }

    /** Whether a fresh adapter changes nothing, as those of most methods. */
    protected boolean beginsAsBase() {
        return true;
    }

    /**
     * The parameters whose gradients are those of the loss; a method that takes some part for a constant, as DoRA its norm,
     * leaves out the parameters that this part depends on.
     */
    protected List<Parameter> differentiated(List<Parameter> parameters) {
        return parameters;
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

    private PeftPlan plan(ModelDefinition model, DType adapterDtype, String more) {
        ConfigReader options = Sections.of(options(adapterDtype) + "\n" + more);
        PeftPlan plan = method().configure(options, model);
        options.finish();
        options.problems().throwIfAny();
        return Objects.requireNonNull(plan, "the method returned null without saying what is wrong");
    }

    private interface Check {
        void on(ModelDefinition model, WeightFormat format, RandomWeights weights);
    }

    private void everywhere(Check check) {
        for (ModelDefinition model : models()) {
            for (WeightFormat format : formats()) {
                check.on(model, format, new RandomWeights(model));
            }
        }
    }

    private Assembled adapted(ModelDefinition model, WeightFormat format, WeightSource weights, DType dtype) {
        return Assembled.adapted(backend, dtype, model, weights, format, plan(model, dtype, ""), SEED);
    }

    /** Sets the parameters as after some training: none is zero. */
    private void disturb(List<Parameter> parameters) {
        for (Parameter parameter : parameters) {
            try (TensorScope scope = TensorScope.open()) {
                Tensor value = parameter.value();
                long seed = parameter.name().hashCode();
                value.addInPlace(
                        Tensor.uniform(backend, seed, value.dtype(), value.shape())
                                .plus(-0.4),
                        0.5);
            }
            parameter.changed();
        }
    }

    @Test
    final void namesAreThoseOfAConfig() {
        assertThat(method().name()).matches("[a-z][a-z0-9_]*[a-z0-9]");
        assertThat(method().summary()).isNotBlank().doesNotContain("\n");
        assertThat(plan(models().get(0), DType.FLOAT32, "").describe())
                .isNotBlank()
                .doesNotContain("\n");
    }

    @Test
    final void unknownOptionsAreReported() {
        assertThatThrownBy(() -> plan(models().get(0), DType.FLOAT32, "no_such_option: 1"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("no_such_option");
    }

    @Test
    final void aFreshAdapterChangesNothing() {
        everywhere((model, format, weights) -> {
            RaggedBatch batch = Assembled.batch(model, 1, 4, 3);
            try (Assembled base = Assembled.of(
                            backend, DType.FLOAT32, model, weights, format.factory(backend, DType.FLOAT32, weights));
                    Assembled adapted = adapted(model, format, weights, DType.FLOAT32)) {
                double[] before = base.logits(batch);
                if (beginsAsBase()) {
                    assertClose(adapted.logits(batch), before, 1e-5);
                }
                disturb(adapted.adapter().parameters());
                assertThat(difference(adapted.logits(batch), before))
                        .as("what a trained adapter changes")
                        .isGreaterThan(1e-3);
            }
        });
    }

    @Test
    final void turnedOffTheModelComputesAsTheBase() {
        everywhere((model, format, weights) -> {
            RaggedBatch batch = Assembled.batch(model, 1, 4, 3);
            try (Assembled base = Assembled.of(
                            backend, DType.FLOAT32, model, weights, format.factory(backend, DType.FLOAT32, weights));
                    Assembled adapted = adapted(model, format, weights, DType.FLOAT32)) {
                boolean changesBase = adapted.adapter().baseChange(format, notice -> {}) != Adapter.BaseChange.NONE;
                double[] fresh = adapted.logits(batch);
                disturb(adapted.adapter().parameters());
                double[] on = adapted.logits(batch);
                try (SwitchedAdapter.Off off = adapted.adapter().off()) {
                    if (changesBase) {
                        assertClose(adapted.logits(batch), fresh, 1e-5);
                    } else {
                        assertThat(adapted.logits(batch))
                                .as("logits with the adapter off")
                                .isEqualTo(base.logits(batch));
                    }
                }
                assertThat(adapted.logits(batch)).as("logits after that").isEqualTo(on);
            }
        });
    }

    @Test
    final void whatIsTrainedIsWhatThePlanSays() {
        everywhere((model, format, weights) -> {
            RaggedBatch batch = Assembled.batch(model, 2, 5);
            try (Assembled adapted = adapted(model, format, weights, DType.FLOAT32)) {
                List<Parameter> parameters = adapted.adapter().parameters();
                assertThat(parameters).isNotEmpty();
                assertThat(parameters.stream().map(Parameter::name)).doesNotHaveDuplicates();
                assertThat(parameters.stream()
                                .mapToLong(each -> each.value().elementCount())
                                .sum())
                        .as("trained parameters")
                        .isEqualTo(plan(model, DType.FLOAT32, "").parameterCount());
                disturb(parameters);
                adapted.lossWithGradients(batch, 0);
                for (Parameter parameter : parameters) {
                    Tensor gradient = parameter.gradient();
                    assertThat(gradient).as("gradient of %s", parameter.name()).isNotNull();
                    if (gradient != null) {
                        assertThat(DoubleStream.of(gradient.toDoubles()).boxed())
                                .as("gradient of %s", parameter.name())
                                .anyMatch(value -> value != 0)
                                .allMatch(Double::isFinite);
                    }
                }
                parameters.forEach(Parameter::clearGradient);
            }
        });
    }

    @Test
    final void groupsHaveEachParameterOnce() {
        ModelDefinition model = models().get(0);
        try (Assembled adapted = adapted(model, new DenseFormat(), new RandomWeights(model), DType.FLOAT32)) {
            Adapter adapter = adapted.adapter();
            assertThat(adapter.parameterGroups(1)).isEqualTo(ParameterGroup.single(adapter.parameters()));
            List<ParameterGroup> groups;
            try {
                groups = adapter.parameterGroups(16);
            } catch (UserException e) {
                assertThat(e).hasMessageContaining("loraplus_lr_ratio");
                return;
            }
            assertThat(groups.stream().flatMap(group -> group.parameters().stream()))
                    .containsExactlyInAnyOrderElementsOf(adapter.parameters());
            assertThat(groups).extracting(ParameterGroup::rateFactor).containsExactlyInAnyOrder(1.0, 16.0);
        }
    }

    @Test
    final void gradientsAreThoseOfFiniteDifferences() {
        everywhere((model, format, weights) -> {
            RaggedBatch batch = Assembled.batch(model, 3, 3, 2);
            try (Assembled adapted = adapted(model, format, weights, DType.FLOAT64)) {
                List<Parameter> parameters = adapted.adapter().parameters();
                disturb(parameters);
                FiniteDifferences.check(
                        backend, List.of(), differentiated(parameters), (inputs, tape) -> adapted.loss(batch, tape, 0));
                parameters.forEach(Parameter::clearGradient);
            }
        });
    }

    @Test
    final void theSeedDecidesTheBeginning() {
        ModelDefinition model = models().get(0);
        RandomWeights weights = new RandomWeights(model);
        try (Assembled first = adapted(model, new DenseFormat(), weights, DType.FLOAT32);
                Assembled second = adapted(model, new DenseFormat(), weights, DType.FLOAT32)) {
            assertThat(values(second)).isEqualTo(values(first));
        }
    }

    private static List<List<Double>> values(Assembled adapted) {
        List<List<Double>> values = new ArrayList<>();
        for (Parameter parameter : adapted.adapter().parameters()) {
            List<Double> one = new ArrayList<>();
            for (double value : parameter.value().toDoubles()) {
                one.add(value);
            }
            values.add(one);
        }
        return values;
    }

    @Test
    final void whatIsSavedIsLoaded(@TempDir Path folder) {
        everywhere((model, format, weights) -> {
            RaggedBatch batch = Assembled.batch(model, 4, 6);
            Path target = newFolder(folder);
            try (Assembled trained = adapted(model, format, weights, DType.FLOAT32);
                    Assembled fresh = adapted(model, format, weights, DType.FLOAT32)) {
                disturb(trained.adapter().parameters());
                trained.adapter().save(target, "base/model");
                fresh.adapter().load(target);
                assertThat(values(fresh)).isEqualTo(values(trained));
                assertThat(fresh.logits(batch)).isEqualTo(trained.logits(batch));
            }
        });
    }

    /** Programs that load an adapter put it over the checkpoint's own weights. */
    @Test
    final void whatIsSavedIsLoadedOverTheBase(@TempDir Path folder) {
        // Plain weights only: a change of the base is rounded in another format.
        for (ModelDefinition model : models()) {
            RandomWeights weights = new RandomWeights(model);
            RaggedBatch batch = Assembled.batch(model, 4, 6);
            Path target = newFolder(folder);
            DenseFormat format = new DenseFormat();
            PeftPlan saved = plan(model, DType.FLOAT32, "").saved();
            try (Assembled trained = adapted(model, format, weights, DType.FLOAT32);
                    Assembled loaded = Assembled.adapted(backend, DType.FLOAT32, model, weights, format, saved, SEED)) {
                assertThat(loaded.adapter().baseChange(format, notice -> {}))
                        .as("the change of the base with which a saved adapter begins")
                        .isSameAs(Adapter.BaseChange.NONE);
                disturb(trained.adapter().parameters());
                trained.adapter().save(target, "base/model");
                loaded.adapter().load(target);
                assertClose(loaded.logits(batch), trained.logits(batch), 1e-4);
            }
        }
    }

    private static Path newFolder(Path parent) {
        try {
            return Files.createTempDirectory(parent, "adapter");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    final void filesThatAreNoAdapterAreRefused(@TempDir Path folder) throws IOException {
        ModelDefinition model = models().get(0);
        try (Assembled adapted = adapted(model, new DenseFormat(), new RandomWeights(model), DType.FLOAT32)) {
            assertThatThrownBy(() -> adapted.adapter().load(folder.resolve("none")))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("none");
            Path saved = newFolder(folder);
            adapted.adapter().save(saved, "base/model");
            try (Stream<Path> files = Files.list(saved)) {
                for (Path file : files.toList()) {
                    byte[] half = Files.readAllBytes(file);
                    Files.write(file, Arrays.copyOf(half, half.length / 2));
                    assertThatThrownBy(() -> adapted.adapter().load(saved), "loading half of %s", file.getFileName())
                            .isInstanceOf(UserException.class)
                            .hasMessageContaining(file.getFileName().toString());
                    Files.write(file, half);
                }
            }
        }
    }

    @Test
    final void mergedAndUnmergedComputeTheSame() {
        // Plain weights only: what another format rounds cannot be merged exactly.
        for (ModelDefinition model : models()) {
            RandomWeights weights = new RandomWeights(model);
            RaggedBatch batch = Assembled.batch(model, 5, 4, 4);
            try (Assembled adapted = adapted(model, new DenseFormat(), weights, DType.FLOAT32)) {
                disturb(adapted.adapter().parameters());
                WeightSource merging = new MergingWeights(weights, adapted.adapter());
                try (Assembled merged = Assembled.of(
                        backend,
                        DType.FLOAT32,
                        model,
                        merging,
                        new DenseFormat().factory(backend, DType.FLOAT32, merging))) {
                    assertClose(merged.logits(batch), adapted.logits(batch), 1e-4);
                }
                assertThat(adapted.adapter().adapts("no.such.weight")).isFalse();
            }
        }
    }

    @Test
    final void computingLayersAgainChangesNothing() {
        everywhere((model, format, weights) -> {
            RaggedBatch batch = Assembled.batch(model, 6, 5);
            try (Assembled adapted = adapted(model, format, weights, DType.FLOAT32)) {
                List<Parameter> parameters = adapted.adapter().parameters();
                disturb(parameters);
                double kept = adapted.lossWithGradients(batch, 0);
                parameters.forEach(Parameter::clearGradient);
                double again = adapted.lossWithGradients(batch, model.layerCount());
                parameters.forEach(Parameter::clearGradient);
                assertThat(again).isEqualTo(kept);
            }
        });
    }

    /** Rows that samples share are computed once, so a method that looks at more than its rows must mind the layout. */
    @Test
    final void sharedBeginningsChangeNothing() {
        everywhere((model, format, weights) -> {
            if (plan(model, DType.FLOAT64, "").drawsPerRow()) {
                return;
            }
            List<SamplePart> parts = Assembled.beginningsInCommon(model, 7);
            try (Assembled adapted = adapted(model, format, weights, DType.FLOAT64)) {
                List<Parameter> parameters = adapted.adapter().parameters();
                disturb(parameters);
                double expected = adapted.lossWithGradients(RaggedBatch.ofParts(parts), 0);
                List<double[]> gradients = takenGradients(parameters);
                assertThat(adapted.lossWithGradients(RaggedBatch.ofPartsSharing(parts, 0), 0))
                        .as("loss of samples that share their beginnings")
                        .isCloseTo(expected, within(1e-9 * Math.abs(expected)));
                List<double[]> actual = takenGradients(parameters);
                for (int i = 0; i < gradients.size(); i++) {
                    assertClose(actual.get(i), gradients.get(i), 1e-9);
                }
            }
        });
    }

    private static List<double[]> takenGradients(List<Parameter> parameters) {
        List<double[]> gradients = new ArrayList<>();
        for (Parameter parameter : parameters) {
            Tensor gradient = parameter.gradient();
            gradients.add(gradient == null ? new double[0] : gradient.toDoubles());
            parameter.clearGradient();
        }
        return gradients;
    }

    private static double difference(double[] a, double[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
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
