// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.plugin;

import java.nio.file.Path;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a run that its components may use.
 *
 * @param components makes further components, for those that contain others
 * @param outputDirectory the run's {@code output_dir}, or null if it has none
 * @param checkpointDirectory where the base model lies, or null if not known yet
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record ComponentContext(
        Components components,
        @Nullable Path outputDirectory,
        @Nullable Path checkpointDirectory) {}
