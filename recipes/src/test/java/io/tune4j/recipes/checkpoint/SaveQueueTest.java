// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.UserException;
import io.tune4j.api.io.PendingDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SaveQueueTest {
    @TempDir
    Path folder;

    private PendingDirectory written(String name, String text) {
        return PendingDirectory.prepare(
                folder.resolve(name), target -> Files.writeString(target.resolve("text"), text));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void theCallerGoesOnWhileTheDiskIsWaitedFor() throws IOException {
        CountDownLatch hold = new CountDownLatch(1);
        List<Path> complete = new ArrayList<>();
        try (SaveQueue saves = new SaveQueue()) {
            saves.add(() -> written("first", "1"), path -> {
                await(hold);
                complete.add(path);
            });
            assertThat(complete).isEmpty();
            hold.countDown();
            saves.add(() -> {
                assertThat(complete).as("one at a time").containsExactly(folder.resolve("first"));
                return written("second", "2");
            });
            saves.await();
            assertThat(names()).containsExactly("first", "second");
        }
    }

    @Test
    void theNewVersionTakesTheOldOnesPlaceOnlyWhenItIsComplete() throws IOException {
        try (SaveQueue saves = new SaveQueue()) {
            saves.add(() -> written("state", "old"));
            saves.await();
            try (PendingDirectory pending = written("state", "new")) {
                assertThat(folder.resolve("state/text")).hasContent("old");
                pending.finish();
            }
            assertThat(folder.resolve("state/text")).hasContent("new");
            written("state", "dropped").close();
            assertThat(folder.resolve("state/text")).hasContent("new");
            assertThat(names()).containsExactly("state");
        }
    }

    @Test
    void aFailureBehindTheCallerIsToldAtTheNextSave() {
        try (SaveQueue saves = new SaveQueue()) {
            saves.add(() -> written("first", "1"), path -> {
                throw new UserException("the disk is gone");
            });
            assertThatThrownBy(() -> saves.add(() -> written("second", "2")))
                    .isInstanceOf(UserException.class)
                    .hasMessage("the disk is gone");
        }
    }

    /** A run that resumes goes by the last one, the state; so a kill in between loses nothing. */
    @Test
    void directoriesAppearInOrder() throws IOException {
        try (SaveQueue saves = new SaveQueue()) {
            List<Path> told = new ArrayList<>();
            saves.add(
                    List.of(() -> written("epoch_0", "1"), () -> {
                        PendingDirectory state = written("state", "1");
                        state.close();
                        return state;
                    }),
                    told::add);
            assertThatThrownBy(saves::await).isInstanceOf(RuntimeException.class);
            assertThat(names()).containsExactly("epoch_0");
            saves.add(List.of(() -> written("epoch_1", "1"), () -> written("state", "2")), told::add);
            saves.await();
            assertThat(told).containsExactly(folder.resolve("state"));
        }
    }

    @Test
    void closingWaits() throws IOException {
        SaveQueue saves = new SaveQueue();
        saves.add(() -> written("last", "1"));
        saves.close();
        assertThat(names()).containsExactly("last");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
