// SPDX-License-Identifier: Apache-2.0
package example;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tune4j.embed.FineTune;
import io.tune4j.embed.FineTuned;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fails the build when a change to data or settings makes the adapter worse than the one that was accepted last. */
class AdapterQualityTest {
    private static final double ACCEPTED_LOSS = 1.2;
    private static final double ACCEPTED_EXACT_MATCH = 0.1;

    @Test
    void theAdapterIsAsGoodAsTheAcceptedOne(@TempDir Path folder) {
        FineTuned result = FineTune.config(Path.of("adapter.yaml"))
                .set("output_dir", folder)
                .run();
        double loss = result.lastValidationLoss();
        double exactMatch = result.exactMatch();
        assertTrue(loss <= ACCEPTED_LOSS, "the validation loss rose to " + loss);
        assertTrue(exactMatch >= ACCEPTED_EXACT_MATCH, "the exact match fell to " + exactMatch);
    }
}
