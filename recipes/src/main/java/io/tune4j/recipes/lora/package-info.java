/**
 * LoRA fine-tuning. {@link io.tune4j.recipes.lora.LoraFinetuneSingleDevice} names the loss, {@link
 * io.tune4j.recipes.trainer.AdapterTrainer} trains with it, and {@link io.tune4j.recipes.lora.LoraFinetuneFactory} lists the options.
 */
@NullMarked
package io.tune4j.recipes.lora;

import org.jspecify.annotations.NullMarked;
