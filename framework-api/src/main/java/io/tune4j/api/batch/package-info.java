/**
 * Ragged batches: the tokens of all sequences of a micro-batch in one row dimension, without padding.
 * {@link io.tune4j.api.batch.SequenceLayout} says which rows belong together; only attention and positions look at it.
 */
@NullMarked
package io.tune4j.api.batch;

import org.jspecify.annotations.NullMarked;
