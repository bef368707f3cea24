/**
 * The Llama family: any checkpoint whose {@code config.json} says {@code LlamaForCausalLM}, and builders with torchtune's
 * names. {@link io.tune4j.models.llama.LlamaArchitecture} reads the file; the decoder itself is
 * {@link io.tune4j.decoder.DecoderModel}.
 */
@NullMarked
package io.tune4j.models.llama;

import org.jspecify.annotations.NullMarked;
