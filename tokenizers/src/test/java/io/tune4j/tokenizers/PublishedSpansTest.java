// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import io.tune4j.api.error.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Through each published chat template of {@code -Dtune4j.golden.templates=DIR} the trained parts are the answers, one for each, without
 * a word of the user's, also where both say the same words.
 */
class PublishedSpansTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern CONTROL =
            Pattern.compile("<[|\uFF5C][^|\uFF5C<>]*[|\uFF5C]>|<[a-z_/]+>|\\[/?[A-Z_]+]");
    /** Number of templates that show no text of an assistant, or only parts that are not texts: guards, retrieval, images. */
    private static final int REFUSED = 16;

    private static final List<String> ASKED = List.of("Shall I say yellow or purple?", "And quickly?");
    private static final List<String> ANSWERED = List.of("yellow", "purple");

    @TempDir
    private Path folder;

    private Path tokenizer(String template, Map<String, String> tokens) throws IOException {
        Map<String, Integer> special = new LinkedHashMap<>();
        tokens.values().forEach(token -> special.putIfAbsent(token, 256 + special.size()));
        Matcher control = CONTROL.matcher(template);
        while (control.find()) {
            special.putIfAbsent(control.group(), 256 + special.size());
        }
        Map<String, String> config = new LinkedHashMap<>(tokens);
        config.put("chat_template", template);
        return SmallTokenizer.write(folder, special, config);
    }

    private static List<String> trained(HfTokenizer tokenizer, TokenizedSample sample) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        for (int i = 0; i <= sample.tokens().length; i++) {
            if (i < sample.tokens().length && sample.isTrained(i)) {
                int id = sample.tokens()[i];
                part.append(id < 256 ? tokenizer.decode(new int[] {id}) : tokenizer.spelling(id));
            } else if (part.length() > 0) {
                parts.add(part.toString());
                part.setLength(0);
            }
        }
        return parts;
    }

    @Test
    void theAnswersAreTrainedThroughEachPublishedTemplate() throws IOException {
        String published = System.getProperty("tune4j.golden.templates", "");
        assumeTrue(
                !published.isBlank(), "no published chat templates: -Dtune4j.golden.templates=DIR names their folder");
        List<Message> conversation = new ArrayList<>();
        for (int i = 0; i < ASKED.size(); i++) {
            conversation.add(new Message(Role.USER, ASKED.get(i), false));
            conversation.add(new Message(Role.ASSISTANT, ANSWERED.get(i), true));
        }
        JsonNode root;
        try (InputStream file = PublishedSpansTest.class.getResourceAsStream("chat/published.json")) {
            root = JSON.readTree(file);
        }
        List<String> differences = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        int found = 0;
        for (JsonNode one : root.get("templates")) {
            String name = one.get("name").asText();
            Path file = Path.of(published, name + ".jinja");
            if (!Files.exists(file)) {
                continue;
            }
            found++;
            Map<String, String> tokens = JSON.convertValue(one.get("tokens"), new TypeReference<>() {});
            try (HfTokenizer tokenizer = HfTokenizer.open(
                    tokenizer(Files.readString(file), tokens),
                    HfTokenizerTest.options(ChatFormatName.TEMPLATE, null))) {
                List<String> parts = trained(tokenizer, tokenizer.encodeMessages("x", conversation));
                boolean right = parts.size() == ANSWERED.size();
                for (int i = 0; right && i < parts.size(); i++) {
                    right = parts.get(i).contains(ANSWERED.get(i))
                            && !parts.get(i).contains("say")
                            && !parts.get(i).contains("quickly");
                }
                if (!right) {
                    differences.add(name + ": " + parts);
                }
            } catch (DataException e) {
                refused.add(name + ": " + e.getMessage());
            }
        }
        System.out.println("the trained parts of " + (found - refused.size())
                + " published chat templates are the answers, " + refused.size() + " refuse the conversation");
        assertThat(found).isPositive();
        assertThat(differences).isEmpty();
        assertThat(refused).hasSizeLessThanOrEqualTo(REFUSED);
    }
}
