/**
 * Decoders of one shape and many families. {@link io.tune4j.api.decoder.DecoderConfig} says in data what a family's layers are
 * made of; {@link io.tune4j.api.decoder.DecoderModel} is the forward pass, {@link io.tune4j.api.decoder.DecoderLayer} one of its
 * layers. A family is a {@link io.tune4j.api.decoder.Architecture}, which reads its checkpoints' {@code config.json} into such a
 * config, and builders by name, made by {@link io.tune4j.api.decoder.ConfigFileBuilder} and
 * {@link io.tune4j.api.decoder.NamedBuilder}.
 */
@NullMarked
package io.tune4j.api.decoder;

import org.jspecify.annotations.NullMarked;
