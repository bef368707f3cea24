// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HostProcessorTest {
    private static HostProcessor parse(int logical, String text) {
        return HostProcessor.parse(text.lines().toList(), logical);
    }

    @Test
    void hyperThreadsOfACoreCountOnce() {
        HostProcessor processor = parse(8, """
                processor\t: 0
                physical id\t: 0
                core id\t\t: 0
                flags\t\t: fpu sse avx2 avx512f

                processor\t: 1
                physical id\t: 0
                core id\t\t: 1

                processor\t: 2
                physical id\t: 0
                core id\t\t: 0

                processor\t: 3
                physical id\t: 1
                core id\t\t: 0
                """);
        assertThat(processor.physicalCores()).isEqualTo(3);
        assertThat(processor.vectorUnit()).isEqualTo("avx512f");
        assertThat(processor.hasBf16()).isFalse();
        assertThat(processor.hasAmx()).isFalse();
    }

    @Test
    void neverMoreCoresThanTheProcessMayUse() {
        String fourCores = "core id : 0\ncore id : 1\ncore id : 2\ncore id : 3\n";
        assertThat(parse(2, fourCores).physicalCores()).isEqualTo(2);
    }

    @Test
    void withoutCpuinfoLogicalProcessorsAreTheBestKnown() {
        HostProcessor processor = HostProcessor.parse(List.of(), 6);
        assertThat(processor.physicalCores()).isEqualTo(6);
        assertThat(processor.hasAmx()).isFalse();
        assertThat(processor.vectorUnit()).isNotBlank();
    }

    @Test
    void bf16UnitsAreRecognised() {
        HostProcessor avx = parse(1, "flags : avx2 avx512f avx512_bf16\n");
        assertThat(avx.hasBf16()).isTrue();
        assertThat(avx.hasAmx()).as("fp32 products would stay exact").isFalse();
        HostProcessor amx = parse(1, "flags : avx2 avx512f amx_bf16 amx_tile\n");
        assertThat(amx.hasBf16()).isTrue();
        assertThat(amx.hasAmx()).isTrue();
        assertThat(amx.vectorUnit()).isEqualTo("amx_bf16");
        assertThat(parse(1, "Features : fp asimd bf16\n").hasBf16())
                .as("Linux on ARM")
                .isTrue();
        assertThat(parse(1, "flags : avx2 bf16_like\n").hasBf16()).isFalse();
    }

    @Test
    void aFlagNamedTwiceIsNoProblem() {
        assertThat(parse(1, "flags : avx2 avx2 fpu\n").vectorUnit()).isEqualTo("avx2");
    }
}
