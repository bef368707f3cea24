// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import io.tune4j.api.batch.TokenizedSample;
import java.util.ArrayList;
import java.util.List;

/** Samples as texts, for comparisons that people can read. */
final class Shown {
    private Shown() {}

    /** A sample spelled out, with special tokens in braces and what is trained in angle brackets. */
    static String of(HfTokenizer tokenizer, TokenizedSample sample) {
        StringBuilder text = new StringBuilder();
        List<Integer> plain = new ArrayList<>();
        boolean trained = false;
        for (int i = 0; i < sample.tokens().length; i++) {
            int id = sample.tokens()[i];
            String spelling = tokenizer.spelling(id);
            boolean special = !spelling.equals("<" + id + ">");
            if (special || sample.isTrained(i) != trained) {
                text.append(decoded(tokenizer, plain));
            }
            if (sample.isTrained(i) != trained) {
                text.append(trained ? "\u27E9" : "\u27E8");
                trained = !trained;
            }
            if (special) {
                text.append('{').append(spelling).append('}');
            } else {
                plain.add(id);
            }
        }
        return text.append(decoded(tokenizer, plain))
                .append(trained ? "\u27E9" : "")
                .toString();
    }

    private static String decoded(HfTokenizer tokenizer, List<Integer> plain) {
        String text =
                tokenizer.decode(plain.stream().mapToInt(Integer::intValue).toArray());
        plain.clear();
        return text;
    }
}
