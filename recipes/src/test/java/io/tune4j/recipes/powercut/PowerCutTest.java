// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.powercut;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.error.UserException;
import io.tune4j.recipes.powercut.RecordedDisk.Cut;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run whose files, syncs and renames are written down, and a power cut after each of them: whatever was not synced by then is
 * lost, or half of it is. What remains must be whole, must have what the run had counted as saved, and a run that resumes from it
 * must end with the bytes of a run that nobody disturbed.
 */
class PowerCutTest {
    private static final String RESUME = "resume_from_checkpoint: True";
    private static final String ONE_EPOCH = "epochs: 1";
    private static final String KEEP_ALL = "keep_last_n_checkpoints: 9";
    private static final List<String> RESULTS = List.of("adapter", "merged", "best", "epoch_0", "epoch_1");

    /** After so many of the images a run is resumed; {@code all} for each. */
    private static final String RESUMED = System.getProperty("tune4j.powercut.resumed", "12");

    @TempDir
    Path folder;

    private Path library;
    private final Versions versions = new Versions();

    @BeforeEach
    void compile() throws IOException, InterruptedException {
        folder = folder.toRealPath();
        library = Recording.library(folder);
    }

    @Test
    void aNewRunSurvivesACutAtAnyMoment() throws IOException, InterruptedException {
        Path undisturbed = folder.resolve("undisturbed");
        RecordedRun.in(undisturbed, KEEP_ALL).run();
        versions.add(undisturbed);
        Path root = Files.createDirectories(folder.resolve("root"));
        Recording recording = Recording.of(library, folder.resolve("record"), root);
        assertThat(Versions.contents(root.resolve("out/adapter")))
                .isEqualTo(Versions.contents(undisturbed.resolve("adapter")));

        Collection<DiskImage> images = images(recording);
        resume(images, recording, undisturbed);
    }

    @Test
    void resultsThatAreReplacedSurviveACutAtAnyMoment() throws IOException, InterruptedException {
        Path undisturbed = folder.resolve("undisturbed");
        RecordedRun.in(undisturbed, KEEP_ALL, ONE_EPOCH).run();
        versions.add(undisturbed);
        RecordedRun.in(undisturbed, KEEP_ALL, RESUME).run();
        versions.add(undisturbed);
        Path root = Files.createDirectories(folder.resolve("root"));
        RecordedRun.in(root.resolve("out"), ONE_EPOCH).run();
        Recording recording = Recording.of(library, folder.resolve("record"), root, RESUME);

        Collection<DiskImage> images = images(recording);
        assertThat(images).allMatch(image -> image.files().keySet().stream()
                .anyMatch(path -> path.matches("out/checkpoints/step_\\d+/state.json")));
        resume(images, recording, undisturbed);
    }

    @Test
    void whatANewRunMovesAsideSurvivesACutAtAnyMoment() throws IOException, InterruptedException {
        Path undisturbed = folder.resolve("undisturbed");
        RecordedRun.in(undisturbed, KEEP_ALL).run();
        versions.add(undisturbed);
        Path root = Files.createDirectories(folder.resolve("root"));
        RecordedRun.in(root.resolve("out")).run();
        Recording recording = Recording.of(library, folder.resolve("record"), root);

        resume(images(recording), recording, undisturbed);
    }

    /** Without the syncs the replay must find faults, or it would find none at all. */
    @Test
    void aRunThatSyncsNothingWouldBeFound() throws IOException, InterruptedException {
        Path undisturbed = folder.resolve("undisturbed");
        RecordedRun.in(undisturbed, KEEP_ALL).run();
        versions.add(undisturbed);
        Path root = Files.createDirectories(folder.resolve("root"));
        Recording recording = Recording.of(library, folder.resolve("record"), root);

        assertThat(faults(recording, event -> event.kind() != 'F', new ArrayList<>()))
                .anyMatch(fault -> fault.contains("adapter_model.safetensors has lost its content"));
        assertThat(faults(recording, event -> event.kind() != 'S', new ArrayList<>()))
                .anyMatch(fault -> fault.contains("is gone"));
    }

    private Collection<DiskImage> images(Recording recording) {
        List<DiskImage> images = new ArrayList<>();
        assertThat(faults(recording, event -> true, images)).isEmpty();
        Map<DiskImage, DiskImage> distinct = new LinkedHashMap<>();
        images.forEach(image -> distinct.put(image, image));
        return distinct.keySet();
    }

    /** @param done which events reach the disk */
    private List<String> faults(Recording recording, Predicate<DiskEvent> done, List<DiskImage> images) {
        List<String> faults = new ArrayList<>();
        RecordedDisk disk = new RecordedDisk(recording.before());
        Promises promises = new Promises(durable(recording));
        Random random = new Random(11);
        int number = 0;
        for (DiskEvent event : recording.events()) {
            promises.apply(event);
            number++;
            if (done.test(event)) {
                disk.apply(event);
            }
            for (Cut cut : Cut.values()) {
                DiskImage image = disk.image(cut, random);
                String when = "a cut that " + cut + " after event " + number + ", " + event + ": ";
                versions.faults(image, recording.blobs()).forEach(fault -> faults.add(when + fault));
                promises.broken(image).forEach(names -> faults.add(when + names + " is gone"));
                images.add(image);
            }
        }
        return faults;
    }

    /** Results of an earlier run, which stay, here or moved aside. */
    private static Set<String> durable(Recording recording) {
        return recording.before().keySet().stream()
                .filter(path -> path.startsWith("out/"))
                .map(path -> path.substring("out/".length()))
                .filter(path -> path.contains("/") && Versions.isFinal(path.substring(0, path.indexOf('/'))))
                .map(path -> "out/" + path.substring(0, path.indexOf('/')))
                .collect(Collectors.toSet());
    }

    private void resume(Collection<DiskImage> images, Recording recording, Path undisturbed) throws IOException {
        List<DiskImage> all = new ArrayList<>(images);
        int count = RESUMED.equals("all") ? all.size() : Integer.parseInt(RESUMED);
        for (int i = 0; i < count; i++) {
            DiskImage image = all.get((int) ((long) i * all.size() / count));
            Path root = folder.resolve("resumed");
            image.write(root, recording.blobs());
            resume(root.resolve("out"), undisturbed);
            delete(root);
        }
    }

    private static void resume(Path output, Path undisturbed) throws IOException {
        if (hasState(output)) {
            try {
                RecordedRun.in(output, RESUME).run();
            } catch (UserException e) {
                assertThat(e).hasMessageContaining("is complete");
            }
        } else {
            RecordedRun.in(output).run();
        }
        for (String result : RESULTS) {
            assertThat(Versions.contents(output.resolve(result)))
                    .as(result)
                    .isEqualTo(Versions.contents(undisturbed.resolve(result)));
        }
        assertThat(output.resolve("results.json")).hasSameBinaryContentAs(undisturbed.resolve("results.json"));
        try (Stream<Path> left = Files.walk(output)) {
            assertThat(left.map(path -> path.getFileName().toString()).filter(name -> name.contains(".tune4j-")))
                    .isEmpty();
        }
    }

    private static boolean hasState(Path output) throws IOException {
        Path states = output.resolve("checkpoints");
        if (!Files.isDirectory(states)) {
            return false;
        }
        try (Stream<Path> found = Files.list(states)) {
            return found.anyMatch(state -> state.getFileName().toString().startsWith("step_"));
        }
    }

    private static void delete(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : new TreeSet<>(files.toList()).descendingSet()) {
                Files.delete(file);
            }
        }
    }
}
