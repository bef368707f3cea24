/**
 * Low-rank adapters. {@link io.tune4j.peft.lora.LoraMethod} reads {@link io.tune4j.peft.lora.LoraOptions} into a plan of
 * targets; the plan's adapter owns their weights, wraps the model's projections in {@code LoraLinear} or
 * {@code DoraLinear}, whose forward and backward stand side by side, and reads, writes and merges peft's files.
 */
@NullMarked
package io.tune4j.peft.lora;

import org.jspecify.annotations.NullMarked;
