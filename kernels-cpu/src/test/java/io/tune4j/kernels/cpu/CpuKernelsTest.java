// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.UserException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CpuKernelsTest {
    private static final String LINUX = "linux-x86_64";
    private static final Set<String> ZEN_3 = Set.of("avx2", "fma", "bmi1", "bmi2", "f16c", "movbe", "abm");

    private static Set<String> zen4() {
        Set<String> flags = new HashSet<>(ZEN_3);
        flags.addAll(List.of("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl", "avx512_bf16"));
        return flags;
    }

    @Test
    void theBestTierIsChosenAndALowerOneCanBeForced() {
        assertThat(CpuKernels.choose(LINUX, zen4(), null)).contains(Tier.AVX512_BF16);
        assertThat(CpuKernels.choose(LINUX, zen4(), "avx2")).contains(Tier.AVX2);
        assertThat(CpuKernels.choose(LINUX, ZEN_3, "")).contains(Tier.AVX2);
        assertThat(CpuKernels.choose(LINUX, zen4(), "off")).isEmpty();
        assertThat(CpuKernels.choose("windows-x86_64", zen4(), null)).isEmpty();
    }

    @Test
    void anUnknownTierIsRefusedWithThoseThatThereAre() {
        assertThatThrownBy(() -> CpuKernels.choose(LINUX, ZEN_3, "avx3"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("avx3")
                .hasMessageContaining("off, amx, avx512-bf16, avx512, avx2, neon-bf16, neon");
    }

    @Test
    void aTierThatTheProcessorLacksIsRefusedWithWhatItHas() {
        assertThatThrownBy(() -> CpuKernels.choose(LINUX, ZEN_3, "amx"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("It has: avx2");
        assertThatThrownBy(() -> CpuKernels.choose("mac os x-aarch64", Set.of(), "neon"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("no tier");
    }

    @Test
    void aSystemWithoutALibraryIsNamed() {
        assertThat(CpuKernels.absence("windows-x86_64"))
                .isEqualTo("the CPU kernels are not compiled for windows-x86_64,"
                        + " so libtorch's operations are used, which are slower");
        assertThat(CpuKernels.absence(LINUX)).contains("one of amx, avx512-bf16, avx512, avx2,");
    }
}
