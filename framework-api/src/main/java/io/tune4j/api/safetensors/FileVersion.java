// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import org.apiguardian.api.API;

/**
 * Distinguishes a checkpoint's file from another of the same name.
 *
 * @param content its size and a digest of its header and of samples of what it holds
 * @param modified when it was last written to
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record FileVersion(String content, String modified) {}
