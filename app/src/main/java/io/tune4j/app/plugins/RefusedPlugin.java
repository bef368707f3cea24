package io.tune4j.app.plugins;

import java.nio.file.Path;

/**
 * A plugin that does not work; the others do.
 *
 * @param location its folder or jar
 * @param reason what is wrong and what to do
 */
public record RefusedPlugin(Path location, String reason) {}
