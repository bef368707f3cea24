// SPDX-License-Identifier: Apache-2.0
/**
 * Parts for authors of model families: one decoder that a family describes in data, and readers of {@code config.json}. A family can
 * be written without them, on {@code io.tune4j.api} alone. Plugins share this module with the host, as they do the API.
 */
module io.tune4j.decoder {
    requires transitive io.tune4j.api;
    requires static org.apiguardian.api;
    requires com.fasterxml.jackson.databind;

    exports io.tune4j.decoder;
}
