// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.plugins;

import java.nio.file.Path;
import java.util.List;

/**
 * A plugin that does not work; the others do.
 *
 * @param id its own or, if it was refused before it could say, the name of its folder or jar
 * @param location its folder or jar
 * @param jars as far as they were found
 * @param version of its module, {@code unknown} if that does not say
 * @param apiVersion that it was made for, {@code unknown} if it does not say
 * @param reason what is wrong and what to do
 * @param contributions as far as they are known
 */
public record RefusedPlugin(
        String id,
        Path location,
        List<Path> jars,
        String version,
        String apiVersion,
        String reason,
        List<Contribution> contributions) {
    public RefusedPlugin {
        jars = List.copyOf(jars);
        contributions = List.copyOf(contributions);
    }
}
