/**
 * Several adapters over one base in one run. {@link io.tune4j.recipes.adapters.AdapterList} reads {@code adapters:}, in which each entry
 * is the config of a run of its own ({@link io.tune4j.recipes.adapters.AdapterEntry}). {@link
 * io.tune4j.recipes.adapters.SeveralAdapters} has one {@link io.tune4j.recipes.run.RunSession} for each and computes a micro-batch of
 * each at a time ({@link io.tune4j.recipes.adapters.JointStep}); validation and samples see one adapter alone ({@link
 * io.tune4j.recipes.adapters.OneAdapterModel}).
 */
@NullMarked
package io.tune4j.recipes.adapters;

import org.jspecify.annotations.NullMarked;
