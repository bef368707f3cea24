/**
 * LoRA fine-tuning: {@link io.tune4j.recipes.lora.LoraFinetuneSingleDevice} is read from top to bottom, and {@link
 * io.tune4j.recipes.lora.LoraFinetuneFactory} lists the options that it asks for.
 */
@NullMarked
package io.tune4j.recipes.lora;

import org.jspecify.annotations.NullMarked;
