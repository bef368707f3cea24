// SPDX-License-Identifier: Apache-2.0
package io.tune4j.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.testkit.hub.HubContent;
import io.tune4j.testkit.hub.LocalHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubTest {
    private static final String ID = "me/my-adapter";

    @TempDir
    Path folder;

    @Test
    void anAdapterGoesUpAndComesDown() throws IOException {
        Path adapter = Files.createDirectories(folder.resolve("run/adapter"));
        Files.writeString(adapter.resolve("adapter_config.json"), "{\"base_model_name_or_path\": \"a/base\"}");
        try (LocalHub local = LocalHub.start()) {
            Hub hub = Hub.of(Map.of("HF_ENDPOINT", local.endpoint().toString(), "HF_TOKEN", HubContent.TOKEN));
            hub.upload(folder.resolve("run"), ID, false);
            Path copy = folder.resolve("copy");

            assertThat(hub.download(ID, copy, "README.md")).containsExactly(copy.resolve("adapter_config.json"));
            assertThat(copy.resolve("adapter_config.json"))
                    .hasSameTextualContentAs(adapter.resolve("adapter_config.json"));
            assertThat(copy.resolve("repo_id.json")).content().contains(ID);
            assertThatThrownBy(() -> hub.download("me/nothing", copy)).hasMessageContaining("me/nothing");
            assertThatThrownBy(() -> hub.upload(folder.resolve("nowhere"), ID, false))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("nowhere");
        }
    }

    @Test
    void anEndpointThatIsNoAddressIsNamed() {
        assertThatThrownBy(() -> Hub.of(Map.of("HF_ENDPOINT", "nowhere")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("HF_ENDPOINT");
    }
}
