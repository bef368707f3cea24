// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The files that make up a checkpoint.
 *
 * @param files in the order in which they are to be opened
 * @param index what says which tensor is in which file, null if there is one file
 */
record CheckpointFiles(List<Path> files, @Nullable ShardIndex index) {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    /** PyTorch's own format, taken where there is no other. */
    private static final String TORCH_SINGLE = "pytorch_model.bin";

    private static final String TORCH_INDEX = "pytorch_model.bin.index.json";

    /** @throws UserException if there is no safetensors checkpoint at that path; the message says what there is */
    static CheckpointFiles find(Path path) {
        ExistingFiles.requireExisting(path);
        if (!Files.isDirectory(path)) {
            return String.valueOf(path.getFileName()).endsWith(".index.json")
                    ? sharded(path)
                    : new CheckpointFiles(List.of(path), null);
        }
        if (Files.exists(path.resolve(SINGLE))) {
            return new CheckpointFiles(List.of(path.resolve(SINGLE)), null);
        }
        if (Files.exists(path.resolve(INDEX))) {
            return sharded(path.resolve(INDEX));
        }
        if (Files.exists(path.resolve(TORCH_SINGLE))) {
            return new CheckpointFiles(List.of(path.resolve(TORCH_SINGLE)), null);
        }
        if (Files.exists(path.resolve(TORCH_INDEX))) {
            return sharded(path.resolve(TORCH_INDEX));
        }
        throw nothingIn(path);
    }

    private static CheckpointFiles sharded(Path indexFile) {
        ShardIndex index = ShardIndex.read(indexFile);
        return new CheckpointFiles(index.files(), index);
    }

    private static UserException nothingIn(Path directory) {
        List<String> names = ExistingFiles.names(directory);
        if (names.isEmpty()) {
            return new DataException(
                    "the checkpoint directory " + directory + " is empty; download a model into it, or check the path");
        }
        if (names.contains("adapter_model.safetensors")) {
            return new DataException(
                    directory + " holds an adapter, not a base model: it has adapter_model.safetensors but no " + SINGLE
                            + "; give the base model's directory");
        }
        List<String> others =
                names.stream().filter(name -> name.endsWith(".safetensors")).toList();
        if (!others.isEmpty()) {
            return new DataException(directory + " has neither " + SINGLE + " nor " + INDEX + ", but "
                    + Names.list(others) + "; download the index too, or list the files that make up the checkpoint");
        }
        if (names.stream().anyMatch(name -> name.startsWith("consolidated."))) {
            return new DataException(
                    directory + " holds weights in Meta's own layout (consolidated.00.pth); name them with"
                            + " checkpointer._component_: FullModelMetaCheckpointer and checkpoint_files: [consolidated.00.pth], or"
                            + " download the model's safetensors files");
        }
        Optional<String> pickle =
                names.stream().filter(ForeignFormats::isPickleName).findFirst();
        if (pickle.isPresent()) {
            return ForeignFormats.pickle(directory.resolve(pickle.get()), "the directory has no safetensors file");
        }
        Optional<String> gguf =
                names.stream().filter(ForeignFormats::isGgufName).findFirst();
        if (gguf.isPresent()) {
            return ForeignFormats.gguf(directory.resolve(gguf.get()));
        }
        return new DataException(directory + " has no checkpoint: neither " + SINGLE + " nor " + INDEX + "; it has "
                + Names.list(names) + ". Check the path, or download the model again");
    }
}
