// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.hub;

import org.jspecify.annotations.Nullable;

/**
 * A file of a repository.
 *
 * @param path in the repository, with {@code /} between its parts; as the server says, not to be trusted
 * @param size in bytes
 * @param gitHash the SHA-1 that git gives it; of a large file's pointer, not of its content
 * @param sha256 of the content of a large file, null for one that git itself keeps
 */
public record HubFile(
        String path, long size, String gitHash, @Nullable String sha256) {
    /** A string that changes when the content changes. */
    String identity() {
        return sha256 == null ? gitHash : sha256;
    }
}
