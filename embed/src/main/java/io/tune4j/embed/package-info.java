// SPDX-License-Identifier: Apache-2.0
/**
 * The entry points of a program: {@link io.tune4j.embed.FineTune} takes a config and listeners and runs it, {@link
 * io.tune4j.embed.FineTuned} holds the result, and {@link io.tune4j.embed.TunedModel} answers {@link io.tune4j.embed.Prompt}s with what
 * was trained. {@link io.tune4j.embed.Hub} downloads and uploads, and {@link io.tune4j.embed.Distribution} lists what is installed. Plugins are those on the class path or module path, or those of an installed distribution.
 */
@NullMarked
package io.tune4j.embed;

import org.jspecify.annotations.NullMarked;
