// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.qlora;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.backend.host.Bfloat16;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import org.junit.jupiter.api.Test;

/** The look-up against the search through the levels. */
class CodeTableTest {
    private static final List<Levels> LEVELS =
            List.of(Levels.torchao(Rounding.FLOAT32), Levels.torchao(Rounding.BFLOAT16), Levels.published());

    private static final List<CodeTable> TABLES =
            LEVELS.stream().map(CodeTable::new).toList();

    private static void check(float value) {
        for (int i = 0; i < LEVELS.size(); i++) {
            float rounded = LEVELS.get(i).rounding().round(value);
            assertThat(TABLES.get(i).code(rounded))
                    .as("%s of table %d", rounded, i)
                    .isEqualTo(LEVELS.get(i).nearest(rounded));
        }
    }

    @Property
    void anyValue(@ForAll @FloatRange(min = -1, max = 1) float value) {
        check(value);
    }

    /** Where the nearest level changes, float by float. */
    @Test
    void aroundTheMiddleOfLevels() {
        for (Levels levels : LEVELS) {
            float[] values = levels.values();
            for (int i = 1; i < values.length; i++) {
                float middle = (values[i - 1] + values[i]) / 2;
                float near = middle;
                for (int step = 0; step < 300; step++) {
                    check(near);
                    near = Math.nextUp(near);
                }
                near = middle;
                for (int step = 0; step < 300; step++) {
                    check(near);
                    near = Math.nextDown(near);
                }
            }
        }
    }

    @Test
    void everyBf16Number() {
        for (int bits = 0; bits < 1 << Bfloat16.SHIFT; bits++) {
            float value = Float.intBitsToFloat(bits << Bfloat16.SHIFT);
            if (Math.abs(value) <= 1) {
                check(value);
            }
        }
    }
}
