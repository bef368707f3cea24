// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tune4j.api.backend.host.HostProcessor;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Loads the tier that {@code -Dtune4j.kernels} names, or the best one of this machine; tests are skipped where there is none. */
public final class KernelTier implements BeforeAllCallback {
    @Override
    public void beforeAll(ExtensionContext context) {
        assumeTrue(
                CpuKernels.supports(HostProcessor.detect().flags(), System.getProperty(CpuKernels.PROPERTY)),
                "no kernels for this machine");
        assertThat(load()).isPresent();
    }

    static Optional<Tier> load() {
        return CpuKernels.load(
                HostProcessor.detect().flags(),
                System.getProperty(CpuKernels.PROPERTY),
                Path.of("target", "cache"),
                notice -> {
                    throw new AssertionError(notice);
                });
    }
}
