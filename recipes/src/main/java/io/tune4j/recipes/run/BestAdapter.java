// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.io.JsonFiles;
import io.tune4j.api.io.PendingDirectory;
import io.tune4j.recipes.checkpoint.TrainingStates;
import io.tune4j.recipes.training.ValidationWatch.Standing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The adapter, or model, with the lowest validation loss so far: {@code output_dir/best}. */
final class BestAdapter {
    private static final String FOLDER = "best";
    private static final String FILE = "best.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private BestAdapter() {}

    /** Writes the new best adapter beside the old one, and then replaces the old one. {@code best.json} names its step. */
    static PendingDirectory prepare(Path output, Trained trained, long step, double loss) {
        return PendingDirectory.prepare(output.resolve(FOLDER), folder -> {
            trained.save(folder);
            describe(folder, step, loss);
        });
    }

    private static void describe(Path folder, long step, double loss) throws IOException {
        ObjectNode content = JSON.createObjectNode().put("step", step).put("val_loss", loss);
        Files.write(folder.resolve(FILE), JSON.writeValueAsBytes(content));
    }

    /** Whether {@code best/} has the adapter of this or of a later step. The steps up to a later one will be computed again. */
    static boolean exists(Path output, Standing best) {
        Path file = output.resolve(FOLDER).resolve(FILE);
        try {
            return Files.exists(file) && JsonFiles.read(file).path("step").longValue() >= best.bestStep();
        } catch (IOException e) {
            return false;
        }
    }

    /** Restores {@code best/} from the state of its step. */
    static void restore(Path output, Standing best, Path state) {
        AtomicFiles.writeDirectory(output.resolve(FOLDER), folder -> {
            TrainingStates.copyAdapter(state, folder);
            describe(folder, best.bestStep(), best.bestLoss());
        });
    }

    static String describe(Path output, Standing best, String noun) {
        return String.format(
                Locale.ROOT,
                "best %s %s (step %d, validation loss %.4f)",
                noun,
                output.resolve(FOLDER),
                best.bestStep(),
                best.bestLoss());
    }
}
