// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.engine.hub.HubProgress;
import io.tune4j.engine.hub.HubRepository;
import io.tune4j.engine.hub.HubRepository.Kind;
import io.tune4j.engine.hub.HubSettings;
import io.tune4j.engine.hub.HubUpload;
import io.tune4j.engine.hub.HubUpload.Uploaded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubUploadTest {
    private static final String ID = "me/my-model";

    @TempDir
    Path folder;

    private LocalHub hub;

    @BeforeEach
    void start() throws IOException {
        hub = LocalHub.start();
        Files.writeString(folder.resolve("adapter_config.json"), "{}");
        Files.createDirectories(folder.resolve("logs"));
        Files.writeString(folder.resolve("logs/a b.txt"), "log");
        Files.writeString(folder.resolve(".lock"), "hidden");
        byte[] large = new byte[100_000];
        new Random(1).nextBytes(large);
        Files.write(folder.resolve("adapter_model.safetensors"), large);
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    private Uploaded upload(@Nullable String token) {
        HubSettings settings = HubSettings.of(
                        token == null
                                ? Map.of("HF_ENDPOINT", hub.endpoint().toString(), "HF_HOME", folder.toString())
                                : Map.of("HF_ENDPOINT", hub.endpoint().toString(), "HF_TOKEN", token),
                        null)
                .withTimes(Duration.ofMillis(1), Duration.ofSeconds(10));
        return new HubUpload(settings, new HubRepository(Kind.MODEL, ID, HubRepository.MAIN), HubProgress.NONE)
                .run(folder, "the card", false);
    }

    private byte[] content(String name) {
        return Objects.requireNonNull(Objects.requireNonNull(hub.content(ID)).bytes(name), name);
    }

    @Test
    void everyFileArrives() throws IOException {
        assertThat(upload(HubContent.TOKEN)).isEqualTo(new Uploaded(4, 1, 0));
        assertThat(content("README.md")).isEqualTo("the card".getBytes(StandardCharsets.UTF_8));
        assertThat(content("logs/a b.txt")).isEqualTo("log".getBytes(StandardCharsets.UTF_8));
        assertThat(content("adapter_model.safetensors"))
                .isEqualTo(Files.readAllBytes(folder.resolve("adapter_model.safetensors")));
        assertThat(Objects.requireNonNull(hub.content(ID)).bytes(".lock")).isNull();
    }

    @Test
    void aLargeFileGoesInParts() throws IOException {
        hub.partsOf(30_000);
        assertThat(upload(HubContent.TOKEN).sent()).isEqualTo(1);
        assertThat(content("adapter_model.safetensors"))
                .isEqualTo(Files.readAllBytes(folder.resolve("adapter_model.safetensors")));
        assertThat(hub.requests())
                .filteredOn(request -> request.path().matches("/lfs/\\w+/\\d"))
                .hasSize(4);
    }

    @Test
    void whatIsThereIsNotSentAgain() {
        upload(HubContent.TOKEN);
        assertThat(upload(HubContent.TOKEN)).isEqualTo(new Uploaded(4, 0, 1));
    }

    @Test
    void theOwnCardStays() throws IOException {
        Files.writeString(folder.resolve("README.md"), "mine");
        upload(HubContent.TOKEN);
        assertThat(content("README.md")).isEqualTo("mine".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theTokenGoesToTheHubAlone() {
        upload(HubContent.TOKEN);
        assertThat(hub.requests())
                .filteredOn(request -> request.server().equals("storage"))
                .isNotEmpty()
                .allSatisfy(request -> assertThat(request.authorization()).isNull());
    }

    @Test
    void withoutATokenThatMayWriteNothingIsSent() {
        assertThatThrownBy(() -> upload(null)).isInstanceOf(UserException.class).hasMessageContaining("needs a token");
        assertThatThrownBy(() -> upload(HubContent.TOKEN_WITHOUT_ACCESS))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("does not let this token write")
                .hasMessageNotContaining(HubContent.TOKEN_WITHOUT_ACCESS);
    }

    @Test
    void anEmptyFolderIsRefused() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        HubSettings settings =
                HubSettings.of(Map.of("HF_ENDPOINT", hub.endpoint().toString(), "HF_TOKEN", HubContent.TOKEN), null);
        HubUpload upload =
                new HubUpload(settings, new HubRepository(Kind.MODEL, ID, HubRepository.MAIN), HubProgress.NONE);
        assertThatThrownBy(() -> upload.run(empty, "", false))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("has no files to upload");
    }
}
