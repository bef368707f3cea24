package io.tune4j.recipes;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.io.PendingDirectory;
import io.tune4j.api.peft.Adapter;
import io.tune4j.recipes.training.ValidationWatch.Standing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** The adapter with the lowest validation loss so far: {@code output_dir/best}. */
final class BestAdapter {
    private static final String FOLDER = "best";
    private static final ObjectMapper JSON = new ObjectMapper();

    private BestAdapter() {}

    /** Writes it beside the one before and takes its place. {@code best.json} says which step it is of. */
    static PendingDirectory prepare(Path output, Adapter adapter, String baseModel, long step, double loss) {
        return AtomicFiles.prepareDirectory(output.resolve(FOLDER), folder -> {
            adapter.save(folder, baseModel);
            Files.write(folder.resolve("best.json"), JSON.writeValueAsBytes(Map.of("step", step, "val_loss", loss)));
        });
    }

    static String describe(Path output, Standing best) {
        return String.format(
                Locale.ROOT,
                "best adapter %s (step %d, validation loss %.4f)",
                output.resolve(FOLDER),
                best.bestStep(),
                best.bestLoss());
    }
}
