/**
 * Families that need no more than a config of the decoder's parts. Each is an {@link io.tune4j.decoder.Architecture}, which
 * reads its {@code config.json}, and one builder; they share nothing but the plugin.
 */
@NullMarked
package io.tune4j.models.others;

import org.jspecify.annotations.NullMarked;
