package io.tune4j.recipes.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.io.JsonFiles;
import io.tune4j.api.io.PendingDirectory;
import io.tune4j.api.io.WritableDirectories;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.TensorFiles;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Optimizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folders {@code checkpoints/step_000040} of an output directory. Each holds the adapter in its public format,
 * {@code optimizer.safetensors} and {@code state.json}, and appears by a rename once it is complete on disk, so a kill
 * leaves the last complete one.
 */
public final class TrainingStates {
    private static final String FOLDER = "checkpoints";
    private static final String STATE_FILE = "state.json";
    private static final String OPTIMIZER_FILE = "optimizer.safetensors";
    private static final Pattern NAME = Pattern.compile("step_\\d+");
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Path directory;
    private final int kept;

    /**
     * @param outputDirectory the run's
     * @param kept so many folders stay, the newest
     */
    public TrainingStates(Path outputDirectory, int kept) {
        this.directory = outputDirectory.resolve(FOLDER);
        this.kept = kept;
    }

    /** Writes a state; once it is finished, {@link #dropOldest} is due. */
    public PendingDirectory prepare(TrainingState state, Adapter adapter, Optimizer optimizer, String baseModel) {
        WritableDirectories.ensure(directory, "the checkpoints folder");
        Path target = directory.resolve(String.format(Locale.ROOT, "step_%06d", state.step()));
        return AtomicFiles.prepareDirectory(target, folder -> {
            adapter.save(folder, baseModel);
            TensorFiles.write(folder.resolve(OPTIMIZER_FILE), optimizer.state());
            Files.write(folder.resolve(STATE_FILE), JSON.writeValueAsBytes(state));
        });
    }

    /** Deletes all but the newest states. */
    public void dropOldest(Path saved) {
        List<Path> all = complete();
        for (Path old : all.subList(0, Math.max(0, all.size() - kept))) {
            if (!old.equals(saved)) {
                Folders.delete(old);
            }
        }
    }

    /** The newest complete state, or null if there is none. */
    public @Nullable Path newest() {
        if (Files.isDirectory(directory)) {
            AtomicFiles.recover(directory);
        }
        List<Path> all = complete();
        return all.isEmpty() ? null : all.get(all.size() - 1);
    }

    private List<Path> complete() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> found = Files.list(directory)) {
            return found.filter(
                            path -> NAME.matcher(path.getFileName().toString()).matches())
                    .filter(path -> Files.exists(path.resolve(STATE_FILE)))
                    .sorted(Comparator.comparingLong(TrainingStates::step))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long step(Path folder) {
        return Long.parseLong(folder.getFileName().toString().substring("step_".length()));
    }

    /** @throws UserException if it is missing or broken */
    public static TrainingState read(Path folder) {
        Path file = folder.resolve(STATE_FILE);
        if (!Files.exists(file)) {
            throw new DataException("there is no training state in " + folder + " (no " + STATE_FILE
                    + "); name a folder such as output_dir/checkpoints/step_000040");
        }
        try {
            TrainingState state = JSON.treeToValue(JsonFiles.read(file), TrainingState.class);
            if (state == null) {
                throw new IOException("it holds null");
            }
            if (state.format() != TrainingState.FORMAT) {
                throw new DataException(file + " has format " + state.format() + ", this version reads "
                        + TrainingState.FORMAT + "; resume with the version of tune4j that wrote it");
            }
            return state;
        } catch (IOException e) {
            throw new DataException(
                    file + " is broken: it " + JsonFiles.problem(e)
                            + "; delete its folder to resume from the state before it",
                    e);
        }
    }

    /** Puts adapter and optimizer where the state says they were. */
    public static void restore(
            Path folder, TrainingState state, Adapter adapter, Optimizer optimizer, ArrayKernels kernels) {
        adapter.load(folder);
        try (TensorScope scope = TensorScope.open();
                Checkpoint file = Checkpoint.open(List.of(folder.resolve(OPTIMIZER_FILE)))) {
            CheckpointWeights weights = new CheckpointWeights(file);
            Map<String, Tensor> tensors = new HashMap<>();
            for (String name : file.entries().keySet()) {
                tensors.put(name, weights.loadAsStored(kernels, name));
            }
            optimizer.restore(state.step(), tensors);
        }
    }
}
