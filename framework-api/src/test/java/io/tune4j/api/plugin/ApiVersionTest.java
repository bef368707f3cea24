// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiVersionTest {
    @ParameterizedTest
    @CsvSource({
        "0.1, 0.1.0, true",
        "0.1.7, 0.1.0-SNAPSHOT, true",
        "0.2, 0.1.0, false",
        "0.1, 0.2.0, false",
        "0, 0.1.0, false",
        "1.2, 1.2.0, true",
        "1.1.9, 1.2.0, true",
        "1, 1.2.0, true",
        "1.3, 1.2.0, false",
        "2.0, 1.2.0, false",
        "1.0, 2.0.0, false",
        "0.1, 1.0.0, false",
        "'', 1.0.0, false",
        "latest, 1.0.0, false",
        "99999999999.0, 1.0.0, false"
    })
    void whatWasMadeForRunsOn(String plugin, String api, boolean accepted) {
        assertThat(ApiVersion.accepts(plugin, api)).isEqualTo(accepted);
    }

    @ParameterizedTest
    @CsvSource({"0.1.0-SNAPSHOT, 0.1", "0.12, 0.12", "1.4.2, 1", "3, 3"})
    void aSeriesIsWhatStaysCompatible(String version, String series) {
        assertThat(ApiVersion.series(version)).isEqualTo(series);
    }
}
