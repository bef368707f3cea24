// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.Sizes;
import io.tune4j.api.io.UnusablePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A {@code model.safetensors.index.json}: which shard holds which tensor.
 *
 * @param path of the index itself
 * @param weightMap file name in the same directory by tensor name
 */
record ShardIndex(Path path, Map<String, String> weightMap) {
    private static final String WEIGHT_MAP = "weight_map";

    /** @throws UserException if it is not an index, leads out of its directory, or names files that are missing */
    static ShardIndex read(Path path) {
        ExistingFiles.requireFile(path);
        byte[] utf8;
        try {
            long size = Files.size(path);
            if (size > SafetensorsHeader.MAX_BYTES) {
                throw broken(path, "has " + Sizes.exact(size) + ", more than any index");
            }
            utf8 = Files.readAllBytes(path);
        } catch (IOException e) {
            throw ExistingFiles.unreadable(path, e);
        }
        Map<String, String> weightMap = new TreeMap<>();
        StrictJson.parse(utf8, reason -> broken(path, reason), json -> content(path, json, weightMap));
        ShardIndex index = new ShardIndex(path, weightMap);
        index.checkFiles();
        return index;
    }

    private static void content(Path path, JsonParser json, Map<String, String> weightMap) throws IOException {
        boolean found = false;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            boolean wanted = json.currentName().equals(WEIGHT_MAP);
            json.nextToken();
            if (!wanted) {
                json.skipChildren();
            } else if (found) {
                throw broken(path, "has two entries named '" + WEIGHT_MAP + "'");
            } else {
                found = true;
                StrictJson.textMap(json, weightMap, reason -> broken(path, "in its " + WEIGHT_MAP + " " + reason));
            }
        }
        if (weightMap.isEmpty()) {
            throw broken(path, "has no " + WEIGHT_MAP + ", or an empty one");
        }
    }

    private void checkFiles() {
        List<String> missing = new ArrayList<>();
        for (String name : fileNames()) {
            if (!isPlain(name)) {
                throw broken(
                        path,
                        "names the file " + Names.quote(name)
                                + ", which is not a plain file name in its own directory; do not use this checkpoint");
            }
            if (!Files.exists(shard(name))) {
                missing.add(name);
            }
        }
        if (!missing.isEmpty()) {
            throw new DataException(path + " names " + fileNames().size() + " files, of which " + missing.size()
                    + " are missing beside it: " + Names.list(missing) + "; download them");
        }
    }

    // Stricter than the file system asks for: also what would lead out of the directory on another system is refused.
    private static boolean isPlain(String name) {
        return !name.isBlank()
                && !name.startsWith(".")
                && name.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || c < ' ');
    }

    private Path shard(String name) {
        try {
            return path.resolveSibling(name);
        } catch (InvalidPathException e) {
            throw new DataException(
                    path + " names the file " + Names.quote(name) + ", which this process cannot open: "
                            + UnusablePath.reason(e),
                    e);
        }
    }

    private TreeSet<String> fileNames() {
        return new TreeSet<>(weightMap.values());
    }

    /** The shards, by name. */
    List<Path> files() {
        return fileNames().stream().map(this::shard).toList();
    }

    /** @throws UserException unless the shards hold exactly the tensors named here, each where the index says */
    void check(Map<String, TensorEntry> entries) {
        List<String> gone = new ArrayList<>();
        Set<String> incomplete = new TreeSet<>();
        List<String> elsewhere = new ArrayList<>();
        weightMap.forEach((tensor, file) -> {
            TensorEntry entry = entries.get(tensor);
            if (entry == null) {
                gone.add(tensor + " (" + file + ")");
                incomplete.add(file);
            } else if (!entry.file().equals(shard(file))) {
                elsewhere.add(in(entry));
            }
        });
        List<String> unlisted = entries.values().stream()
                .filter(entry -> !weightMap.containsKey(entry.name()))
                .map(ShardIndex::in)
                .toList();
        if (gone.isEmpty() && elsewhere.isEmpty() && unlisted.isEmpty()) {
            return;
        }
        List<String> found = new ArrayList<>();
        describe(found, "not in the file that it names", gone);
        describe(found, "in another file than it names", elsewhere);
        describe(found, "in the files and not listed", unlisted);
        throw new DataException(path + " does not agree with its files. Tensors " + String.join("; ", found) + ". "
                + (gone.isEmpty()
                        ? "Nothing says whether they belong to the model; to keep what it needs, write it anew, "
                                + SavedAnew.by(folder())
                        : "The index and its files come from different versions: download "
                                + String.join(", ", incomplete) + " and " + path.getFileName()
                                + " again, of one version"));
    }

    private Path folder() {
        Path parent = path.toAbsolutePath().normalize().getParent();
        return parent == null ? path : parent;
    }

    private static String in(TensorEntry entry) {
        return entry.name() + " (" + entry.file().getFileName() + ")";
    }

    private static void describe(List<String> found, String what, List<String> tensors) {
        if (!tensors.isEmpty()) {
            found.add(what + ": " + Names.list(tensors));
        }
    }

    /** Says which of two files the index names for a tensor that is in both. */
    DataException twice(TensorEntry first, TensorEntry second) {
        String named = weightMap.get(first.name());
        return new DataException("tensor " + Names.quote(first.name()) + " is in two files, " + first.file() + " and "
                + second.file() + "; " + path.getFileName() + " names "
                + (named == null ? "neither for it" : Names.quote(named))
                + ". To keep one of them, write the checkpoint anew, "
                + SavedAnew.by(folder()));
    }

    private static UserException broken(Path path, String reason) {
        return new DataException(path + " is not a valid index of safetensors files: it " + reason);
    }
}
