// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.model;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.DataException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.io.UserFolders;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.engine.modelfile.ModelFile;
import io.tune4j.export.files.ExportListener;
import io.tune4j.export.gguf.GgufFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A GGUF file as a folder in the user's cache. Its parent's name is a digest of the file's place, size and time, so that another
 * file, or a changed one, gets another folder. Folders of files that were changed or deleted are deleted when the next one is made.
 *
 * @param file the GGUF file
 * @param cache where the folders are
 */
public record GgufModelFile(Path file, Path cache) implements ModelFile {
    /** Raised when another version makes other folders of the same files. */
    private static final int VERSION = 1;

    /** Beside a folder: the place of the file that it was made of. */
    private static final String SOURCE = "source.txt";

    /** @param environment says where the user's cache is */
    public static GgufModelFile of(Path file, Map<String, String> environment) {
        return new GgufModelFile(file, UserFolders.cache(environment).resolve("gguf"));
    }

    @Override
    public Path folder() {
        String version;
        try {
            version = version(file);
        } catch (IOException e) {
            throw new DataException(file + " cannot be read: " + e.getMessage(), e);
        }
        String name = String.valueOf(file.getFileName());
        Path folder = cache.resolve(version).resolve(name.substring(0, name.lastIndexOf('.')));
        if (!HfModel.isIn(folder)) {
            try (GgufFile opened = GgufFile.open(file)) {
                Path parent = cache.resolve(version);
                Files.createDirectories(parent);
                AtomicFiles.recover(parent);
                deleteStale();
                HfImport.write(folder, opened, null, ExportListener.NONE);
                AtomicFiles.writeString(parent.resolve(SOURCE), String.valueOf(file.toRealPath()));
            } catch (IOException e) {
                throw new DataException(
                        "cannot make the folder " + folder + " of " + file + ": " + e.getMessage() + "; tune export "
                                + file + " --format hf makes one elsewhere",
                        e);
            }
        }
        return folder;
    }

    private static String version(Path file) throws IOException {
        Path real = file.toRealPath();
        String version = VERSION + "|" + real + "|" + Files.size(real) + "|" + Files.getLastModifiedTime(real);
        return UUID.nameUUIDFromBytes(version.getBytes(StandardCharsets.UTF_8)).toString();
    }

    private void deleteStale() throws IOException {
        try (DirectoryStream<Path> parents = Files.newDirectoryStream(cache)) {
            for (Path parent : parents) {
                Path source = parent.resolve(SOURCE);
                if (Files.isRegularFile(source) && isStale(parent, Path.of(Files.readString(source)))) {
                    AtomicFiles.deleteDirectory(parent);
                }
            }
        }
    }

    private static boolean isStale(Path parent, Path source) {
        try {
            return !parent.endsWith(version(source));
        } catch (IOException e) {
            return true;
        }
    }

    /** Makes it for a checkpointer whose {@code checkpoint_dir} is a GGUF file. */
    public static final class Factory implements ComponentFactory<ModelFile> {
        @Override
        public Class<ModelFile> type() {
            return ModelFile.class;
        }

        @Override
        public String name() {
            return ModelFile.GGUF;
        }

        @Override
        public String summary() {
            return "llama.cpp's files, for a checkpoint_dir that names one";
        }

        @Override
        public @Nullable ModelFile create(ConfigReader options, ComponentContext context) {
            return GgufModelFile.of(options.path("file"), context.components().environment());
        }
    }
}
