/**
 * Generation and scoring. A {@link io.tune4j.generation.Generator} works on many {@link io.tune4j.generation.GenerationRequest}s at once:
 * each {@link io.tune4j.generation.Generator#step} gives every running request a token, admits requests that wait, and reads a part of
 * their prompts, so that requests may join and leave at any step (Yu et al. 2022, section 3). {@link
 * io.tune4j.generation.TokenChooser} picks a token from logits, {@link io.tune4j.generation.TextStream} makes text of tokens as they
 * come, {@link io.tune4j.generation.Scorer} gives log-probabilities of tokens that are known.
 */
@NullMarked
package io.tune4j.generation;

import org.jspecify.annotations.NullMarked;
