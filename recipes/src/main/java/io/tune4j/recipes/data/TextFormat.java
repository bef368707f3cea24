// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.data.DatasetProvider.PromptForm;
import java.util.List;

/**
 * Plain text, learned as it is.
 *
 * @param column the field that has it
 * @param withEnd whether the token that ends a text is learned too
 */
record TextFormat(String column, boolean withEnd) implements RecordFormat {
    @Override
    public PromptForm promptForm() {
        return new PromptForm(false, PromptForm.QUESTION, null);
    }

    @Override
    public Content read(JsonNode record, String id) {
        String text = Fields.text(record, column, id, "column says which field is meant");
        return (tokenizer, name) -> List.of(tokenizer.encodeText(name, text, withEnd));
    }
}
