/**
 * The weight format {@code nf4} and, with it, {@code qlora_*} and {@code qdora_*}, which are LoRA and DoRA over base weights in
 * that format. {@link io.tune4j.peft.qlora.Nf4Quantizer} packs a weight once when it is loaded, {@link
 * io.tune4j.peft.qlora.Nf4Weight} unpacks it at each use.
 */
@NullMarked
package io.tune4j.peft.qlora;

import org.jspecify.annotations.NullMarked;
