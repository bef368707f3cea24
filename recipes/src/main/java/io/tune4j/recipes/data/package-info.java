/**
 * Data sets of local JSON records. {@link io.tune4j.recipes.data.JsonRecords} reads files, a {@link
 * io.tune4j.recipes.data.RecordFormat} makes a conversation of each record, and the tokenizer does the rest; a new kind of
 * record is one more format.
 */
@NullMarked
package io.tune4j.recipes.data;

import org.jspecify.annotations.NullMarked;
