/**
 * The Llama family: any checkpoint whose {@code config.json} says {@code LlamaForCausalLM}, and builders with torchtune's
 * names. Begin with {@link io.tune4j.models.llama.LlamaModel}, the forward pass; {@link
 * io.tune4j.models.llama.DecoderLayer} is one of its layers; {@link io.tune4j.models.llama.LlamaConfig} says what sizes
 * it has, and the builders say where those come from.
 */
@NullMarked
package io.tune4j.models.llama;

import org.jspecify.annotations.NullMarked;
