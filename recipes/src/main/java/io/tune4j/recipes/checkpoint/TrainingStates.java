// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.io.AtomicFiles.DirectoryWriter;
import io.tune4j.api.io.JsonFiles;
import io.tune4j.api.io.PendingDirectory;
import io.tune4j.api.io.Settled;
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
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folders {@code checkpoints/step_000040} of an output directory. Each holds the adapter (or model) in its public format,
 * {@code optimizer.safetensors} and {@code state.json}, and appears by a rename once it is complete on disk, so a kill
 * leaves the last complete one.
 */
public final class TrainingStates {
    private static final String FOLDER = "checkpoints";
    private static final String STATE_FILE = "state.json";
    private static final String OPTIMIZER_FILE = "optimizer.safetensors";
    private static final Pattern NAME = Pattern.compile("step_\\d+");

    /** Names that earlier versions gave to states on their way out; a kill left them. */
    private static final Pattern FORMER_DELETION = Pattern.compile("\\.step_\\d+\\.deleted");

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private static final Settled NOTHING = new Settled(List.of(), List.of(), List.of());

    /** Advice of those who read files that others made; a state is no such file. */
    private static final String DOWNLOAD = "; download or copy the file again";

    private final Path directory;
    private final int kept;

    /**
     * Those of a run.
     *
     * @param outputDirectory the run's
     * @param kept so many folders stay, the newest
     */
    public static TrainingStates in(Path outputDirectory, int kept) {
        return new TrainingStates(outputDirectory.resolve(FOLDER), kept);
    }

    private TrainingStates(Path directory, int kept) {
        this.directory = directory;
        this.kept = kept;
    }

    /**
     * Writes a state; once it is finished, {@link #dropOldest} is due.
     *
     * @param trained writes what is trained into the folder
     */
    public PendingDirectory prepare(TrainingState state, DirectoryWriter trained, Optimizer optimizer) {
        WritableDirectories.ensure(directory, "the checkpoints folder");
        Path target = directory.resolve(String.format(Locale.ROOT, "step_%06d", state.step()));
        return PendingDirectory.prepare(target, folder -> {
            trained.write(folder);
            TensorFiles.write(folder.resolve(OPTIMIZER_FILE), optimizer.state());
            Files.write(folder.resolve(STATE_FILE), JSON.writeValueAsBytes(state));
        });
    }

    /** Deletes all but the newest states. */
    public void dropOldest(Path saved) {
        List<Path> all = complete();
        for (Path old : all.subList(0, Math.max(0, all.size() - kept))) {
            if (!old.equals(saved)) {
                AtomicFiles.deleteDirectory(old);
            }
        }
    }

    /** Settles what killed runs left among the states; only for who has the output directory's lock. */
    public Settled settle() {
        if (!Files.isDirectory(directory)) {
            return NOTHING;
        }
        List<Path> former = list(FORMER_DELETION);
        former.forEach(AtomicFiles::deleteDirectory);
        return new Settled(List.of(), former, List.of()).and(Settled.in(directory, name -> true, name -> true));
    }

    /** The newest complete state, or null if there is none. */
    public @Nullable Path newest() {
        if (Files.isDirectory(directory)) {
            AtomicFiles.recover(directory);
        }
        List<Path> all = complete();
        return all.isEmpty() ? null : all.get(all.size() - 1);
    }

    /** The complete state before one, or null if it is not kept. */
    public static @Nullable Path before(Path state) {
        Path parent = state.toAbsolutePath().getParent();
        if (parent == null || !NAME.matcher(String.valueOf(state.getFileName())).matches()) {
            return null;
        }
        return new TrainingStates(parent, 1)
                .complete().stream()
                        .filter(each -> step(each) < step(state))
                        .reduce((first, second) -> second)
                        .orElse(null);
    }

    /** The complete states that are kept, by their steps. */
    public SortedMap<Long, Path> kept() {
        SortedMap<Long, Path> states = new TreeMap<>();
        complete().forEach(folder -> states.put(step(folder), folder));
        return states;
    }

    private List<Path> complete() {
        return list(NAME).stream()
                .filter(path -> Files.exists(path.resolve(STATE_FILE)))
                .sorted(Comparator.comparingLong(TrainingStates::step))
                .toList();
    }

    private List<Path> list(Pattern name) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> found = Files.list(directory)) {
            return found.filter(
                            path -> name.matcher(path.getFileName().toString()).matches())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Copies a state's adapter; the copy has the same bytes as one that was saved at that step. */
    public static void copyAdapter(Path state, Path target) throws IOException {
        for (Path file : adapterFiles(state)) {
            Files.copy(file, target.resolve(file.getFileName()));
        }
    }

    /** Whether a folder has a state's adapter, byte for byte. */
    public static boolean hasAdapter(Path folder, Path state) {
        try {
            for (Path file : adapterFiles(state)) {
                Path other = folder.resolve(file.getFileName());
                if (!Files.isRegularFile(other) || Files.mismatch(file, other) >= 0) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> adapterFiles(Path state) throws IOException {
        try (Stream<Path> files = Files.list(state)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith(STATE_FILE) && !file.endsWith(OPTIMIZER_FILE))
                    .sorted()
                    .toList();
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
            throw broken(folder, file + " " + JsonFiles.problem(e), e);
        }
    }

    /** Says which state is to be taken instead. */
    private static DataException broken(Path folder, String why, Exception cause) {
        Path earlier = before(folder);
        return new DataException(
                "the state in " + folder + " is broken: " + why
                        + (earlier == null
                                ? "; no earlier state is kept, so begin anew with resume_from_checkpoint=False, from another adapter"
                                        + " with checkpointer.adapter_checkpoint"
                                : "; delete that folder to resume from the state before it, " + earlier
                                        + ", or name that with checkpointer.recipe_checkpoint=" + earlier),
                cause);
    }

    /** Puts adapter and optimizer where the state says they were. */
    public static void restore(
            Path folder, TrainingState state, Adapter adapter, Optimizer optimizer, ArrayKernels kernels) {
        try {
            adapter.load(folder);
            restoreOptimizer(folder, state, optimizer, kernels);
        } catch (DataException e) {
            throw broken(folder, String.valueOf(e.getMessage()).replace(DOWNLOAD, ""), e);
        }
    }

    private static void restoreOptimizer(Path folder, TrainingState state, Optimizer optimizer, ArrayKernels kernels) {
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
