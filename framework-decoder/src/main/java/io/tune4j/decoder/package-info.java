/**
 * Decoders of one shape and many families. {@link io.tune4j.decoder.DecoderConfig} says in data what a family's layers are
 * made of; {@link io.tune4j.decoder.DecoderModel} is the forward pass, {@link io.tune4j.decoder.DecoderLayer} one of its
 * layers. A family is a {@link io.tune4j.decoder.Architecture}, which reads its checkpoints' {@code config.json} into such a
 * config, and builders by name, made by {@link io.tune4j.decoder.ConfigFileBuilder} and
 * {@link io.tune4j.decoder.NamedBuilder}.
 */
@NullMarked
package io.tune4j.decoder;

import org.jspecify.annotations.NullMarked;
