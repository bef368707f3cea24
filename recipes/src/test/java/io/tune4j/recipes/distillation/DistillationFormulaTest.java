// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.autograd.Tape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.peft.lora.LoraPlugin;
import io.tune4j.recipes.loss.CrossEntropyFactory;
import io.tune4j.recipes.testing.TestedBackend;
import io.tune4j.testkit.autograd.FiniteDifferences;
import io.tune4j.testkit.config.Sections;
import io.tune4j.testkit.toy.Assembled;
import io.tune4j.testkit.toy.RandomWeights;
import io.tune4j.testkit.toy.ToyDefinition;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The loss in fp64 against its formula over all logits, and its gradients against differences. */
class DistillationFormulaTest {
    private static Backend backend;

    @BeforeAll
    static void openBackend() {
        backend = TestedBackend.open();
    }

    @AfterAll
    static void closeBackend() {
        backend.close();
    }

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(LeakDetector.describeLive()).isEmpty();
    }

    private static Assembled student(ToyDefinition definition) {
        PeftPlan plan = Objects.requireNonNull(new LoraPlugin()
                .peftMethods()
                .get(0)
                .configure(
                        Sections.of("{lora_rank: 2, target_modules: [q_proj, down_proj], adapter_dtype: fp64}"),
                        definition));
        Assembled student = Assembled.adapted(
                backend, DType.FLOAT64, definition, new RandomWeights(definition), new DenseFormat(), plan, 3);
        for (Parameter parameter : student.adapter().parameters()) {
            try (TensorScope scope = TensorScope.open()) {
                Tensor value = parameter.value();
                value.addInPlace(
                        Tensor.uniform(backend, parameter.name().hashCode(), value.dtype(), value.shape())
                                .plus(-0.5),
                        0.5);
            }
            parameter.changed();
        }
        return student;
    }

    private static Assembled teacher(ToyDefinition definition) {
        RandomWeights weights = new RandomWeights(definition);
        return Assembled.of(
                backend,
                DType.FLOAT64,
                definition,
                weights,
                new DenseFormat().factory(backend, DType.FLOAT64, weights));
    }

    private static double logSum(double[] logits, int row, int width) {
        double sum = 0;
        for (int v = 0; v < width; v++) {
            sum += Math.exp(logits[row * width + v]);
        }
        return Math.log(sum);
    }

    @Test
    void theLossIsItsFormula() {
        ToyDefinition small = new ToyDefinition(1, false, true);
        ToyDefinition large = new ToyDefinition(3, false, true);
        RaggedBatch batch = Assembled.batch(small, 9, 7, 5);
        try (Assembled student = student(small);
                Assembled teacher = teacher(large)) {
            double[] s = student.logits(batch, batch.labelledRows());
            double[] t = teacher.logits(batch, batch.labelledRows());
            int width = small.vocabularySize();
            double labels = 0;
            double divergence = 0;
            for (int row = 0; row < batch.trainedTokens(); row++) {
                double ofStudent = logSum(s, row, width);
                double ofTeacher = logSum(t, row, width);
                labels += ofStudent - s[row * width + (int) batch.labels()[row]];
                for (int v = 0; v < width; v++) {
                    double p = Math.exp(t[row * width + v] - ofTeacher);
                    divergence -= p * (s[row * width + v] - ofStudent);
                }
            }
            for (double ratio : new double[] {0, 0.3, 1}) {
                DistillationObjective objective =
                        new DistillationObjective(backend, teacher.model(), CrossEntropyFactory.standard(), ratio);
                try (TensorScope scope = TensorScope.open();
                        Tape tape = Tape.off()) {
                    double loss = objective
                            .sum(student.model(), batch, new Pass(tape, batch.layout(), false, 0), 0)
                            .item();
                    assertThat(loss).isCloseTo((1 - ratio) * labels + ratio * divergence, within(1e-10));
                }
                assertThat(objective.takeMetrics().get("kd_loss"))
                        .isCloseTo(divergence / batch.trainedTokens(), within(1e-10));
            }
        }
    }

    @Test
    void gradientsAreThoseOfDifferences() {
        ToyDefinition small = new ToyDefinition(1, false, true);
        RaggedBatch batch = Assembled.batch(small, 9, 4, 3);
        try (Assembled student = student(small);
                Assembled teacher = teacher(new ToyDefinition(2, true, false))) {
            DistillationObjective objective =
                    new DistillationObjective(backend, teacher.model(), CrossEntropyFactory.standard(), 0.4);
            List<Parameter> parameters = student.adapter().parameters();
            FiniteDifferences.check(
                    backend,
                    List.of(),
                    parameters,
                    (inputs, tape) ->
                            objective.sum(student.model(), batch, new Pass(tape, batch.layout(), true, 5), 0));
            parameters.forEach(Parameter::clearGradient);
        }
    }
}
