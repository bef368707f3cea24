// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.data;

import io.tune4j.api.config.ConfigSection;
import org.apiguardian.api.API;

/** A tokenizer's checked options. A component type. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
@ConfigSection("tokenizer")
@FunctionalInterface
public interface TokenizerProvider {
    /**
     * Reads the tokenizer's files.
     *
     * @throws io.tune4j.api.error.UserException if they are missing or broken
     */
    Tokenizer open();
}
