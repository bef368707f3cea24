// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.ResourceException;
import io.tune4j.engine.hub.FilePatterns;
import io.tune4j.engine.hub.HubClient;
import io.tune4j.engine.hub.HubDownload;
import io.tune4j.engine.hub.HubFile;
import io.tune4j.engine.hub.HubProgress;
import io.tune4j.engine.hub.HubRepository;
import io.tune4j.engine.hub.HubRepository.Kind;
import io.tune4j.engine.hub.HubSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Downloads that end too early, faults that do not go away, and repositories of very many files. */
@Timeout(700)
class HubResumeTest {
    private static final String ID = "owner/model";
    private static final int SIZE = 9 << 20;

    /** As much as a kill may cost, of one segment. */
    private static final long LOST = 1 << 20;

    @TempDir
    private Path folder;

    private LocalHub hub;
    private final List<String> notes = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() throws IOException {
        hub = LocalHub.start();
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    private static byte[] random(int seed) {
        byte[] bytes = new byte[SIZE];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Counts bytes, and fails as if the process were killed: nothing tidies up after it. */
    private final class Counter implements HubProgress {
        private final AtomicLong bytes = new AtomicLong();
        private final long most;

        Counter(long most) {
            this.most = most;
        }

        @Override
        public void advance(HubFile file, long count) {
            if (bytes.addAndGet(count) > most) {
                throw new IllegalStateException("killed");
            }
        }

        @Override
        public void note(String text) {
            notes.add(text);
        }
    }

    private void download(HubProgress progress) {
        Map<String, String> environment = new HashMap<>();
        environment.put("HF_ENDPOINT", hub.endpoint().toString());
        environment.put("HF_HOME", folder.resolve("no-home").toString());
        HubSettings settings =
                HubSettings.of(environment, null).withTimes(Duration.ofMillis(5), Duration.ofSeconds(20));
        HubClient client = new HubClient(settings, progress);
        HubClient.Listing listing = client.list(new HubRepository(Kind.MODEL, ID, HubRepository.MAIN));
        new HubDownload(client, listing, folder.resolve("out"), progress, 4).run(FilePatterns.ALL);
    }

    private void killAfter(long bytes) {
        assertThatThrownBy(() -> download(new Counter(bytes))).hasMessage("killed");
    }

    @ParameterizedTest
    @ValueSource(longs = {3 << 20, 8 << 20})
    void aKilledDownloadGoesOnWithinItsSegment(long killed) {
        byte[] content = random(1);
        hub.add(ID, new HubContent().file("weights.bin", content));
        killAfter(killed);
        int before = hub.requests().size();
        Counter counter = new Counter(Long.MAX_VALUE);
        download(counter);
        assertThat(folder.resolve("out/weights.bin")).hasBinaryContent(content);
        assertThat(counter.bytes).hasValue(SIZE);
        assertThat(hub.requests().subList(before, hub.requests().size()).stream()
                        .map(LocalHub.Seen::range)
                        .filter(Objects::nonNull)
                        .mapToLong(range -> Long.parseLong(range.replaceAll("bytes=(\\d+)-.*", "$1"))))
                .isNotEmpty()
                .allMatch(from -> from > killed - LOST);
    }

    @Test
    void twoVersionsAreNeverMixed() {
        hub.add(ID, new HubContent().file("weights.bin", random(1)));
        killAfter(5 << 20);
        byte[] other = random(2);
        hub.add(ID, new HubContent().file("weights.bin", other));
        int before = hub.requests().size();
        download(new Counter(Long.MAX_VALUE));
        assertThat(folder.resolve("out/weights.bin")).hasBinaryContent(other);
        assertThat(hub.requests().subList(before, hub.requests().size())).allMatch(seen -> seen.range() == null);
        assertThat(notes).isEmpty();
    }

    @Test
    void anIncompleteFileThatWasCutOffIsNotTrusted() throws IOException {
        byte[] content = random(1);
        hub.add(ID, new HubContent().file("weights.bin", content));
        killAfter(5 << 20);
        Files.write(folder.resolve("out/weights.bin.incomplete"), new byte[] {1, 2, 3});
        download(new Counter(Long.MAX_VALUE));
        assertThat(folder.resolve("out/weights.bin")).hasBinaryContent(content);
        assertThat(notes).isEmpty();
    }

    @Test
    void aPathThatIsListedTwiceIsDownloadedOnce() {
        hub.add(
                ID,
                new HubContent().file("a", random(1)).file("b", new byte[10]).listedTwice());
        download(new Counter(Long.MAX_VALUE));
        assertThat(hub.requests().stream().filter(seen -> seen.path().endsWith("/b")))
                .hasSize(1);
        assertThat(folder.resolve("out/a")).hasBinaryContent(random(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/loop", "ftp://127.0.0.1/file", "http://:80/", "http://no.such.host.invalid/file"})
    void aRedirectThatLeadsNowhereIsNotTriedAgain(String location) {
        hub.add(ID, new HubContent().file("a", new byte[10]));
        hub.faults().location(location).answer(302, 302, 302, 302, 302, 302, 302, 302, 302, 302);
        long start = System.nanoTime();
        assertThatThrownBy(() -> download(new Counter(Long.MAX_VALUE)))
                .isInstanceOf(ResourceException.class)
                .hasMessageContainingAll("redirect", "Check HF_ENDPOINT");
        assertThat(notes).isEmpty();
        assertThat(hub.requests()).hasSizeLessThanOrEqualTo(2);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void theTimeThatAServerAsksForIsShown() {
        hub.add(ID, new HubContent().file("a", new byte[10]));
        hub.faults().retryAfter("1").answer(429);
        download(new Counter(Long.MAX_VALUE));
        assertThat(notes)
                .containsExactly(
                        "the revision of model 'owner/model': answer 429, trying again in 1 s (as the server asks)");
    }

    @Test
    void manySmallFilesArriveFast() {
        int count = 1_500;
        HubContent many = new HubContent();
        for (int i = 0; i < count; i++) {
            many.file("data/" + i / 300 + "/" + i + ".json", ("{\"i\":" + i + "}").getBytes(StandardCharsets.UTF_8));
        }
        hub.add(ID, many);
        long start = System.nanoTime();
        download(new Counter(Long.MAX_VALUE));
        double perSecond = count / ((System.nanoTime() - start) / 1e9);
        System.out.printf("%.0f small files per second%n", perSecond);
        assertThat(folder.resolve("out/data/4/1499.json")).hasContent("{\"i\":1499}");
        assertThat(perSecond).isGreaterThan(30);
    }
}
