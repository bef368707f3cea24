// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.train.PreferenceLoss;
import io.tune4j.api.train.PreferenceLoss.Pair;
import io.tune4j.api.train.PreferenceLoss.Value;
import io.tune4j.recipes.testing.Readers;
import io.tune4j.testkit.config.Sections;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Losses against their papers' formulas written out, and derivatives against differences. */
class PreferenceLossesTest {
    private static final List<Pair> PAIRS =
            List.of(new Pair(-12.5, -20.25, -13, -19, 7, 9), new Pair(-31, -14, -28.5, -15.5, 12, 5));

    private static ConfigReader section(String yaml) {
        return Sections.of(yaml);
    }

    private static PreferenceLoss loss(ConfigReader options) {
        ComponentFactory<?> factory = PreferenceLosses.all().stream()
                .filter(each -> each.name().equals(options.component()))
                .findFirst()
                .orElseThrow();
        return (PreferenceLoss) Objects.requireNonNull(factory.create(options, Readers.context()));
    }

    private static PreferenceLoss loss(String yaml) {
        ConfigReader options = section(yaml);
        PreferenceLoss made = loss(options);
        options.finish();
        options.problems().throwIfAny();
        return made;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{_component_: DPOLoss, beta: 0.3}",
                "{_component_: DPOLoss, label_smoothing: 0.2}",
                "{_component_: DPOLoss, loss_type: ipo}",
                "{_component_: DPOLoss, loss_type: hinge, beta: 0.05}",
                "{_component_: RSOLoss, gamma: 0.02}",
                "{_component_: IPOLoss, tau: 0.2}",
                "{_component_: SimPOLoss}",
                "{_component_: SimPOLoss, beta: 2.5, gamma: 1.2, label_smoothing: 0.1}",
                "{_component_: ORPOLoss}",
                "{_component_: ORPOLoss, beta: 1.5}"
            })
    void derivativesAreThoseOfDifferences(String yaml) {
        PreferenceLoss loss = loss(yaml);
        double step = 1e-5;
        for (Pair pair : PAIRS) {
            Value value = loss.of(List.of(pair)).get(0);
            double byChosen = (at(loss, pair, step, 0) - at(loss, pair, -step, 0)) / (2 * step);
            double byRejected = (at(loss, pair, 0, step) - at(loss, pair, 0, -step)) / (2 * step);
            assertThat(value.chosenGradient()).isCloseTo(byChosen, within(1e-8 * Math.max(1, Math.abs(byChosen))));
            assertThat(value.rejectedGradient())
                    .isCloseTo(byRejected, within(1e-8 * Math.max(1, Math.abs(byRejected))));
        }
    }

    private static double at(PreferenceLoss loss, Pair pair, double chosen, double rejected) {
        return loss.of(List.of(new Pair(
                        pair.chosen() + chosen,
                        pair.rejected() + rejected,
                        pair.referenceChosen(),
                        pair.referenceRejected(),
                        pair.chosenTokens(),
                        pair.rejectedTokens())))
                .get(0)
                .loss();
    }

    @Test
    void simPoIsTheFormulaOfItsPaper() {
        Pair pair = PAIRS.get(0);
        double expected = -Math.log(sigmoid(2.0 / 7 * -12.5 - 2.0 / 9 * -20.25 - 0.5));
        assertThat(loss("{_component_: SimPOLoss}").of(PAIRS).get(0).loss()).isCloseTo(expected, within(1e-12));
        assertThat(loss("{_component_: SimPOLoss}").usesReference()).isFalse();
        assertThat(pair.chosenTokens()).isEqualTo(7);
    }

    @Test
    void orpoIsTheFormulaOfItsPaper() {
        double p = Math.exp(-12.5 / 7);
        double q = Math.exp(-20.25 / 9);
        double expected = 12.5 / 7 - 0.1 * Math.log(sigmoid(Math.log(p / (1 - p) / (q / (1 - q)))));
        assertThat(loss("{_component_: ORPOLoss}").of(PAIRS).get(0).loss()).isCloseTo(expected, within(1e-12));
    }

    /** An answer that is as good as certain has no infinite odds. */
    @Test
    void certainAnswersGiveFiniteNumbers() {
        for (String name : List.of("DPOLoss", "RSOLoss", "IPOLoss", "SimPOLoss", "ORPOLoss", "KTOLoss")) {
            Value value = loss("{_component_: " + name + "}")
                    .of(List.of(new Pair(0, -5000, 0, -1, 3, 3)))
                    .get(0);
            assertThat(List.of(value.loss(), value.chosenGradient(), value.rejectedGradient()))
                    .as(name)
                    .allMatch(Double::isFinite);
        }
    }

    /** Ethayarajh et al. 2024, eq. 8, with the reference points taken from the other kind of answers. */
    @Test
    void ktoIsTheFormulaOfItsPaper() {
        PreferenceLoss loss = loss("{_component_: KTOLoss, beta: 0.2, undesirable_weight: 1.5}");
        double forChosen = Math.max(0, (-1.25 + 1.5) / 2);
        double forRejected = Math.max(0, (0.5 - 2.5) / 2);
        double first = (1 - sigmoid(0.2 * (0.5 - forChosen)) + 1.5 * (1 - sigmoid(0.2 * (forRejected + 1.25)))) / 2;
        List<Value> values = loss.of(PAIRS);
        assertThat(values.get(0).loss()).isCloseTo(first, within(1e-12));
        assertThat(loss.readsMicroBatch()).isTrue();
        // Reference points are constants: the derivative is that of the sigmoid at a fixed point.
        double step = 1e-6;
        double before = 1 - sigmoid(0.2 * (0.5 - step - forChosen));
        double after = 1 - sigmoid(0.2 * (0.5 + step - forChosen));
        assertThat(values.get(0).chosenGradient()).isCloseTo((after - before) / (2 * step) / 2, within(1e-9));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{_component_: DPOLoss, beta: -0.1}; above 0",
                "{_component_: DPOLoss, beta: 0}; above 0",
                "{_component_: DPOLoss, loss_type: sigmod}; expected sigmoid, hinge or ipo",
                "{_component_: DPOLoss, label_smoothing: 0.5}; below 0.5",
                "{_component_: DPOLoss, label_smoothing: 0.1, loss_type: ipo}; loss_type: sigmoid alone",
                "{_component_: RSOLoss, gamma: -1}; above 0",
                "{_component_: SimPOLoss, gamma: -1}; at least 0",
                "{_component_: ORPOLoss, beta: .nan}; above 0"
            })
    void wrongOptionsAreReported(String yaml, String words) {
        ConfigReader options = section(yaml);
        loss(options);
        options.finish();
        List<String> problems = new ArrayList<>();
        options.problems().all().forEach(problem -> problems.add(problem.toString()));
        assertThat(problems).singleElement().asString().contains(words);
    }
}
