// SPDX-License-Identifier: Apache-2.0
/**
 * The proof that an exported file answers as the model did in training: {@link io.tune4j.export.proof.Proof} compares the answers of
 * two {@link io.tune4j.export.proof.Candidate}s to a user's prompts, token for token.
 */
@NullMarked
package io.tune4j.export.proof;

import org.jspecify.annotations.NullMarked;
