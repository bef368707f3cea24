/**
 * Data sets of local JSON records. {@link io.tune4j.recipes.data.JsonRecords} reads files, a {@link
 * io.tune4j.recipes.data.RecordFormat} makes a conversation of each record, and the tokenizer does the rest; a new kind of
 * record is one more format. Recipes ask for {@link io.tune4j.recipes.data.DataSources}, whose tokens {@link
 * io.tune4j.recipes.data.TrainingSetsAhead} makes while the backend starts.
 */
@NullMarked
package io.tune4j.recipes.data;

import org.jspecify.annotations.NullMarked;
