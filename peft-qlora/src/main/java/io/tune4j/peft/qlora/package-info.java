/**
 * The weight formats {@code nf4} and {@code bnb_4bit} and, with the first, {@code qlora_*} and {@code qdora_*}, which are LoRA and
 * DoRA over base weights in that format. {@link io.tune4j.peft.qlora.BlockQuantizer} packs a weight once when it is loaded, {@link
 * io.tune4j.peft.qlora.FourBitWeight} unpacks it at each use.
 */
@NullMarked
package io.tune4j.peft.qlora;

import org.jspecify.annotations.NullMarked;
