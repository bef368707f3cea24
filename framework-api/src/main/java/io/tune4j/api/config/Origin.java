// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.config;

import org.apiguardian.api.API;

/**
 * Where a value came from.
 *
 * @param text e.g. {@code my.yaml:12:3} or {@code override 3: model.lora_rank=64}
 * @param order sorts problems: position within the file, overrides after it
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Origin(String text, long order) {
    /** The origin of a value that no file or override contains. */
    public static final Origin DEFAULT = new Origin("default", Long.MAX_VALUE);

    @Override
    public String toString() {
        return text;
    }
}
