// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.DataException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import io.tune4j.engine.hub.FilePatterns;
import io.tune4j.engine.hub.HubClient;
import io.tune4j.engine.hub.HubDownload;
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
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Downloads from a real server that misbehaves in every way that servers do. */
@Timeout(60)
class HubDownloadTest {
    private static final String ID = "owner/model";
    private static final byte[] SMALL = "{\"a\": 1}\n".getBytes(StandardCharsets.UTF_8);
    private static final byte[] LARGE = random((40 << 20) + 12345);

    @TempDir
    private Path folder;

    private LocalHub hub;

    @BeforeEach
    void start() throws IOException {
        hub = LocalHub.start();
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    private HubContent content() {
        return new HubContent()
                .file("config.json", SMALL)
                .file("sub/weights.bin", LARGE)
                .file("empty", new byte[0]);
    }

    private HubSettings settings(@Nullable String token) {
        Map<String, String> environment = new HashMap<>();
        environment.put("HF_ENDPOINT", hub.endpoint().toString());
        environment.put("HF_HOME", folder.resolve("no-home").toString());
        return HubSettings.of(environment, token).withTimes(Duration.ofMillis(5), Duration.ofSeconds(5));
    }

    private List<Path> download(@Nullable String token, FilePatterns patterns) {
        HubClient client = new HubClient(settings(token), HubProgress.NONE);
        HubClient.Listing listing = client.list(new HubRepository(Kind.MODEL, ID, HubRepository.MAIN));
        return new HubDownload(client, listing, folder.resolve("out"), HubProgress.NONE, 4).run(patterns);
    }

    private void assertComplete() throws IOException {
        Path out = folder.resolve("out");
        assertThat(out.resolve("config.json")).hasBinaryContent(SMALL);
        assertThat(out.resolve("sub/weights.bin")).hasBinaryContent(LARGE);
        assertThat(out.resolve("empty")).isEmptyFile();
        try (Stream<Path> files = Files.walk(out)) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .noneMatch(name -> name.endsWith(".incomplete") || name.endsWith(".parts"));
        }
    }

    @Test
    void everyFileArrivesAndASecondRunAsksForNothing() throws IOException {
        hub.add(ID, content());
        assertThat(download(null, FilePatterns.ALL)).hasSize(3);
        assertComplete();
        assertThat(hub.requests().stream().filter(seen -> seen.range() != null)).hasSizeGreaterThan(1);

        int before = hub.requests().size();
        download(null, FilePatterns.ALL);
        assertThat(hub.requests().subList(before, hub.requests().size()))
                .allMatch(seen -> seen.path().startsWith("/api/"));
    }

    @Test
    void theTokenStaysWithTheHub() throws IOException {
        hub.add(ID, content().gated());
        download(HubContent.TOKEN, FilePatterns.ALL);
        assertComplete();
        assertThat(hub.requests())
                .anyMatch(seen -> seen.server().equals("storage"))
                .allMatch(
                        seen -> (seen.authorization() == null) == seen.server().equals("storage"));
    }

    @Test
    void brokenConnectionsGoOnWhereTheyBroke() throws IOException {
        hub.add(ID, content());
        hub.faults().drop(8);
        download(null, FilePatterns.ALL);
        assertComplete();
    }

    @Test
    void aServerWithoutRangesIsReadFromTheBeginning() throws IOException {
        hub.add(ID, content());
        hub.faults().ignoreRanges().drop(3);
        download(null, FilePatterns.ALL);
        assertComplete();
    }

    @Test
    void aWrongContentIsDownloadedAgainOnce() throws IOException {
        hub.add(ID, content());
        hub.faults().corrupt(1);
        download(null, FilePatterns.ALL);
        assertComplete();
    }

    @Test
    void aContentThatStaysWrongIsDeleted() {
        hub.add(ID, content());
        hub.faults().corrupt(1000);
        assertThatThrownBy(() -> download(null, FilePatterns.ALL))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("came twice with another content");
        assertThat(folder.resolve("out/config.json")).doesNotExist();
    }

    @Test
    void busyServersAreAskedAgain() throws IOException {
        hub.add(ID, content());
        hub.faults().retryAfter("0").answer(429, 503, 408, 500);
        download(null, FilePatterns.ALL);
        assertComplete();
    }

    @Test
    void retryAfterIsObeyed() {
        hub.add(ID, new HubContent().file("a", SMALL));
        hub.faults().retryAfter("1").answer(429);
        long start = System.nanoTime();
        download(null, FilePatterns.ALL);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(950));
    }

    @Test
    void aServerThatNeverRecoversIsGivenUp() {
        hub.add(ID, content());
        hub.faults().answer(503, 503, 503, 503, 503, 503, 503, 503);
        assertThatThrownBy(() -> download(null, FilePatterns.ALL))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("503")
                .hasMessageContaining("what was downloaded stays");
    }

    @Test
    void aSilentConnectionIsAbandoned() throws IOException {
        hub.add(ID, new HubContent().file("a", random(1 << 17)).largeFrom(1));
        hub.faults().slow(2500);
        HubClient client =
                new HubClient(settings(null).withTimes(Duration.ofMillis(5), Duration.ofMillis(400)), HubProgress.NONE);
        HubClient.Listing listing = client.list(new HubRepository(Kind.MODEL, ID, HubRepository.MAIN));
        long start = System.nanoTime();
        new HubDownload(client, listing, folder.resolve("out"), HubProgress.NONE, 4).run(FilePatterns.ALL);
        // One connection would have needed four pauses of 2.5 seconds.
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
        assertThat(folder.resolve("out/a")).hasBinaryContent(random(1 << 17));
    }

    @Test
    void aListingInPagesIsReadToItsEnd() {
        HubContent many = new HubContent();
        for (int i = 0; i < 1000; i++) {
            many.file("data/" + i + ".json", ("{\"i\":" + i + "}").getBytes(StandardCharsets.UTF_8));
        }
        hub.add(ID, many);
        hub.faults().pages(128);
        assertThat(download(null, FilePatterns.ALL)).hasSize(1000).allMatch(Files::exists);
    }

    @Test
    void globsChooseFiles() {
        hub.add(
                ID,
                new HubContent()
                        .file("config.json", SMALL)
                        .file("original/consolidated.00.pth", SMALL)
                        .file("original/params.json", SMALL)
                        .file("model.safetensors", SMALL));
        List<Path> paths = download(null, new FilePatterns(List.of(), List.of("original/*.pth", "*.safetensors")));
        assertThat(paths.stream().map(path -> path.getFileName().toString()))
                .containsExactly("config.json", "params.json");
        assertThat(download(null, new FilePatterns(List.of("original/"), List.of())))
                .hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../evil",
                "/etc/evil",
                "a/../../evil",
                "C:\\evil",
                "a\\..\\evil",
                "a//evil",
                "./evil",
                "nul",
                "a/con.txt",
                "evil\n",
                "evil\u0000",
                "evil."
            })
    void namesCannotLeaveTheFolder(String name) {
        hub.add(ID, new HubContent().file("config.json", SMALL).file(name, SMALL));
        assertThatThrownBy(() -> download(null, FilePatterns.ALL))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("which is refused");
        assertThat(folder.resolve("out")).doesNotExist();
        assertThat(folder.resolve("evil")).doesNotExist();
    }

    @Test
    void linksCannotLeadOutOfTheFolder() throws IOException {
        hub.add(ID, new HubContent().file("sub/a", SMALL));
        Files.createDirectories(folder.resolve("out"));
        Files.createDirectories(folder.resolve("elsewhere"));
        Files.createSymbolicLink(folder.resolve("out/sub"), folder.resolve("elsewhere"));
        assertThatThrownBy(() -> download(null, FilePatterns.ALL)).hasMessageContaining("leads out");
        assertThat(folder.resolve("elsewhere/a")).doesNotExist();
    }

    @Test
    void refusalsSayWhichPageToVisit() {
        hub.add(ID, content().gated());
        assertThatThrownBy(() -> download(null, FilePatterns.ALL))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("is gated. Accept its terms at " + hub.endpoint() + "/owner/model")
                .hasMessageContaining("/settings/tokens");
        assertThatThrownBy(() -> download(HubContent.TOKEN_WITHOUT_ACCESS, FilePatterns.ALL))
                .hasMessageContaining("has no access yet")
                .hasMessageNotContaining(HubContent.TOKEN_WITHOUT_ACCESS);
        assertThatThrownBy(() -> download("hf_wrongToken", FilePatterns.ALL))
                .hasMessageContaining("does not know the token from --hf-token")
                .hasMessageNotContaining("hf_wrongToken");
        hub.add(ID, content().hidden());
        assertThatThrownBy(() -> download(null, FilePatterns.ALL))
                .hasMessageContaining("does not exist, or is private");
        assertThatThrownBy(() -> download(HubContent.TOKEN_WITHOUT_ACCESS, FilePatterns.ALL))
                .hasMessageContaining("does not exist, or the token");
        HubClient client = new HubClient(settings(HubContent.TOKEN), HubProgress.NONE);
        assertThatThrownBy(() -> client.list(new HubRepository(Kind.MODEL, ID, "v9")))
                .hasMessageContaining("no revision 'v9'");
        assertThatThrownBy(() -> client.list(new HubRepository(Kind.MODEL, "a b", "main")))
                .hasMessageContaining("no name of a repository");
        assertThat(settings("hf_secret").toString()).doesNotContain("hf_secret");
    }

    @Test
    void nobodyThere() {
        hub.close();
        assertThatThrownBy(() -> download(null, FilePatterns.ALL))
                .isInstanceOf(ResourceException.class)
                .hasMessageContaining("no connection");
    }

    @Test
    void whatWasThereBeforeIsKeptAndWhatIsWrongIsReplaced() throws IOException {
        hub.add(ID, content());
        Path out = Files.createDirectories(folder.resolve("out"));
        Files.write(out.resolve("config.json"), SMALL);
        Files.createDirectories(out.resolve("sub"));
        byte[] wrong = LARGE.clone();
        wrong[5]++;
        Files.write(out.resolve("sub/weights.bin"), wrong);
        download(null, FilePatterns.ALL);
        assertComplete();
        assertThat(hub.requests()).noneMatch(seen -> seen.path().endsWith("config.json"));
    }
}
