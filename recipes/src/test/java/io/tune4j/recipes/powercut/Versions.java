// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.powercut;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The folders that an undisturbed run writes, with all bytes of each: what else has their names is damaged. */
final class Versions {
    private static final Pattern FINAL = Pattern.compile("checkpoints/step_\\d+|epoch_\\d+|adapter|merged|best");

    private static final String OLD = ".tune4j-old";
    private static final String BEST = "best";

    private static final Pattern STEP = Pattern.compile("\"step\":(\\d+)");

    /** That a state has besides the adapter: {@code state.json} and {@code optimizer.safetensors}. */
    private static final int STATE_FILES = 2;

    /** What nobody promises: a log's last lines, a lock's text. */
    private static final Pattern NOT_PROMISED = Pattern.compile("(.*/)?\\.(.+\\.)?lock|logs/metrics\\.jsonl(\\.\\d+)?");

    private final Map<String, List<SortedMap<String, ByteBuffer>>> whole = new HashMap<>();
    private final Map<Path, ByteBuffer> contents = new HashMap<>();

    /** Adds what a run's output folder has now. */
    void add(Path output) throws IOException {
        try (Stream<Path> folders = Files.walk(output, 2)) {
            for (Path folder : folders.filter(Files::isDirectory).toList()) {
                String name = output.relativize(folder).toString();
                if (isFinal(name)) {
                    whole.computeIfAbsent(name, any -> new ArrayList<>()).add(contents(folder));
                }
            }
        }
    }

    /** Whether a path in an output folder is one that appears whole or not at all. */
    static boolean isFinal(String name) {
        return FINAL.matcher(name).matches();
    }

    static SortedMap<String, ByteBuffer> contents(Path folder) throws IOException {
        SortedMap<String, ByteBuffer> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(folder.relativize(file).toString(), ByteBuffer.wrap(Files.readAllBytes(file)));
            }
        }
        return contents;
    }

    /**
     * What of an image is not as promised.
     *
     * @param image of the folder that holds {@code out}
     */
    List<String> faults(DiskImage image, Path blobs) {
        List<String> faults = new ArrayList<>();
        Map<String, SortedMap<String, ByteBuffer>> folders = new TreeMap<>();
        image.files().forEach((path, content) -> {
            if (!path.startsWith("out/") || path.contains(".tune4j-tmp")) {
                return;
            }
            String name = path.substring("out/".length());
            String folder = folderOf(name);
            if (folder != null) {
                folders.computeIfAbsent(folder, any -> new TreeMap<>());
            }
            if (path.endsWith("/")) {
                return;
            }
            boolean lost = content.equals(DiskImage.EMPTY) || content.equals(DiskImage.GARBAGE);
            if (lost && !NOT_PROMISED.matcher(target(name)).matches()) {
                faults.add(path + " has lost its content");
            } else if (folder != null) {
                folders.get(folder).put(name.substring(folder.length() + 1), read(blobs.resolve(content)));
            }
        });
        folders.forEach((folder, files) -> {
            String name = target(folder);
            if (!name.equals(folder) && folders.containsKey(name) && folder.contains(OLD)) {
                // It has a successor and is being deleted.
                return;
            }
            if (!whole.getOrDefault(name, List.of()).contains(files) && !(name.equals(BEST) && isOfAState(files))) {
                faults.add(folder + " is not whole: it has " + files.keySet());
            }
        });
        return faults;
    }

    /** Whether it has the adapter of the state whose step it names; at the end only the last such folder is there. */
    private boolean isOfAState(SortedMap<String, ByteBuffer> best) {
        SortedMap<String, ByteBuffer> adapter = new TreeMap<>(best);
        ByteBuffer which = adapter.remove("best.json");
        if (which == null) {
            return false;
        }
        Matcher step = STEP.matcher(StandardCharsets.UTF_8.decode(which.duplicate()));
        String state = "checkpoints/step_%06d";
        return step.find()
                && whole
                        .getOrDefault(String.format(Locale.ROOT, state, Integer.parseInt(step.group(1))), List.of())
                        .stream()
                        .anyMatch(files -> files.entrySet().containsAll(adapter.entrySet())
                                && files.size() == adapter.size() + STATE_FILES);
    }

    /** What was moved aside counts as what it was. */
    private static String target(String path) {
        return path.replaceFirst("^previous/\\d+/(?=.)", "")
                .replaceFirst("(^|/)\\.([^/]+)\\.[0-9a-f]{8}-\\d+-\\d+\\.tune4j-old", "$1$2");
    }

    private static @Nullable String folderOf(String name) {
        for (int end = name.indexOf('/'); end >= 0; end = name.indexOf('/', end + 1)) {
            if (isFinal(target(name.substring(0, end)))) {
                return name.substring(0, end);
            }
        }
        return null;
    }

    private ByteBuffer read(Path file) {
        return contents.computeIfAbsent(file, any -> {
            try {
                return ByteBuffer.wrap(Files.readAllBytes(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
