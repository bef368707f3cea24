/**
 * Learning from a larger model: {@link io.tune4j.recipes.distillation.KnowledgeDistillationSingleDevice} is read from top to bottom, and
 * {@link io.tune4j.recipes.distillation.ForwardDivergence} compares the two models' distributions, a few rows at a time.
 */
@NullMarked
package io.tune4j.recipes.distillation;

import org.jspecify.annotations.NullMarked;
