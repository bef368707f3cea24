// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.qlora;

import io.tune4j.api.plugin.Plugin;
import io.tune4j.testkit.component.WeightFormatConformance;
import java.nio.file.Path;
import java.util.List;

class FormatsConformanceTest extends WeightFormatConformance {
    @Override
    protected List<Plugin> plugins() {
        return List.of(new QloraPlugin());
    }

    @Override
    protected String section(Path folder) {
        return "_component_: " + Scheme.NF4;
    }

    /** The widest gap between two values of NF4 is 0.304 of a block's largest (Dettmers et al. 2023, appendix E). */
    @Override
    protected double rounding() {
        return 0.16;
    }
}
