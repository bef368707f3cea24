/**
 * Small stand-ins for what a test needs besides its subject: {@link io.tune4j.testkit.toy.ToyPlugin} contributes a model, a
 * tokenizer, a data set, a checkpointer, an optimizer and a PEFT method that need no files, and {@link
 * io.tune4j.testkit.toy.Assembled} puts a model, weights and an adapter together.
 */
@NullMarked
package io.tune4j.testkit.toy;

import org.jspecify.annotations.NullMarked;
