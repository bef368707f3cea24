/**
 * Text generation with continuous batching. A {@link io.tune4j.generation.Generator} works on many {@link
 * io.tune4j.generation.GenerationRequest}s at once: each {@link io.tune4j.generation.Generator#step} generates a token for every
 * running request, admits waiting requests, and reads a part of their prompts, so requests may join and leave at any step (Yu et
 * al. 2022, section 3). {@link io.tune4j.generation.TokenChooser} chooses a token from logits, and {@link
 * io.tune4j.generation.TextStream} decodes tokens one by one. {@link io.tune4j.generation.Prompts} formats prompts in the form of
 * each model's training data.
 */
@NullMarked
package io.tune4j.generation;

import org.jspecify.annotations.NullMarked;
