// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import io.tune4j.api.data.PromptTemplate.Templated;
import java.util.List;

/** Converts messages of plain text to tokens, one after the other, as torchtune does. */
interface MessageFormat {
    /**
     * A whole conversation.
     *
     * @param limit of the tokens that are kept; the last of them is the end token, as in torchtune's {@code truncate}
     */
    void conversation(List<Templated> messages, TokenBuilder tokens, Truncation limit);

    /** A conversation up to where the assistant begins to speak. */
    void prompt(List<Templated> messages, TokenBuilder tokens);
}
