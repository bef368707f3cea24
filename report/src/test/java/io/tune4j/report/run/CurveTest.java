// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class CurveTest {
    @Test
    void keepsEveryValueOfAShortCurve() {
        Curve curve = new Curve();
        for (int step = 1; step <= 1000; step++) {
            curve.add(step, step * 0.5);
        }
        assertThat(curve.thinned(500).size()).isEqualTo(1000);
        assertThat(curve.count()).isEqualTo(1000);
        assertThat(curve.mean()).isEqualTo(250.25);
    }

    @Test
    void thinsALongCurveToLoggedValuesAndKeepsItsPeaksAndEnds() {
        Random random = new Random(5);
        double[] logged = new double[100_001];
        Curve curve = new Curve();
        for (int step = 1; step <= 100_000; step++) {
            logged[step] = random.nextGaussian();
            curve.add(step, step == 4_321 ? logged[step] = 99 : step == 98_765 ? logged[step] = -99 : logged[step]);
        }

        Curve thin = curve.thinned(500);

        assertThat(thin.size()).isBetween(1000, 2000);
        assertThat(thin.count()).isEqualTo(100_000);
        assertThat(thin.step(0)).isEqualTo(1);
        assertThat(thin.lastStep()).isEqualTo(100_000);
        assertThat(thin.value(thin.lowest())).isEqualTo(-99);
        boolean peak = false;
        long before = 0;
        for (int i = 0; i < thin.size(); i++) {
            assertThat(thin.value(i)).isEqualTo(logged[(int) thin.step(i)]);
            assertThat(thin.step(i)).isGreaterThan(before);
            before = thin.step(i);
            peak |= thin.value(i) == 99;
        }
        assertThat(peak).isTrue();
    }

    @Test
    void dropsWhatIsComputedAgain() {
        Curve curve = new Curve();
        for (int step = 1; step <= 10; step++) {
            curve.add(step, step);
        }
        curve.dropAfter(6);
        curve.add(7, 70);

        assertThat(curve.size()).isEqualTo(7);
        assertThat(curve.lastStep()).isEqualTo(7);
        assertThat(curve.last()).isEqualTo(70);
    }

    @Test
    void ignoresWhatIsNotFiniteWhereItCounts() {
        Curve curve = new Curve();
        curve.add(1, Double.NaN);
        curve.add(2, 3);
        curve.add(3, Double.POSITIVE_INFINITY);

        assertThat(curve.lowest()).isEqualTo(1);
        assertThat(curve.mean(0, 3)).isEqualTo(3);
        assertThat(new Curve().lowest()).isEqualTo(-1);
        assertThat(new Curve().mean()).isNaN();
    }
}
