/**
 * A data set as tokens in files, of which a run reads what it needs: however large it is, a few bytes for each sample are in memory.
 * {@link io.tune4j.recipes.tokens.TokenCache} finds the files of an earlier run or has them written; {@link
 * io.tune4j.recipes.tokens.TokenStore} reads them.
 */
@NullMarked
package io.tune4j.recipes.tokens;

import org.jspecify.annotations.NullMarked;
