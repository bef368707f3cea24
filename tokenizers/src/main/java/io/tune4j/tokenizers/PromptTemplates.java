// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import io.tune4j.api.data.PromptTemplate;
import io.tune4j.api.data.PromptTemplate.Templated;
import io.tune4j.api.error.DataException;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** torchtune's templates by their names there ({@code data/_prompt_templates.py}, {@code models/llama2/_prompt_template.py}). */
public final class PromptTemplates implements ComponentFactory<PromptTemplate> {
    /** Text before and after a message. */
    record Tags(String before, String after) {}

    private final String name;
    private final List<String> aliases;
    private final String summary;
    private final PromptTemplate template;

    private PromptTemplates(String name, String packageName, String summary, PromptTemplate template) {
        this.name = name;
        this.aliases = List.of("torchtune." + packageName + "." + name);
        this.summary = summary;
        this.template = template;
    }

    /** All of them. */
    public static List<ComponentFactory<?>> all() {
        return List.of(
                new PromptTemplates(
                        "Llama2ChatTemplate",
                        "models.llama2",
                        "[INST] around the user's text, the system's in it",
                        PromptTemplates::llama2),
                new PromptTemplates(
                        "MistralChatTemplate",
                        "models.mistral",
                        "[INST] around the user's text; no system messages",
                        PromptTemplates::mistral),
                new PromptTemplates(
                        "ChatMLTemplate", "data", "<|im_start|> and <|im_end|> as text", PromptTemplates::chatMl),
                new PromptTemplates(
                        "GrammarErrorCorrectionTemplate",
                        "data",
                        "asks to correct the user's text",
                        of(Map.of(Role.USER, new Tags("Correct this to standard English: ", "\n---\nCorrected: ")))),
                new PromptTemplates(
                        "SummarizeTemplate",
                        "data",
                        "asks to summarize the user's text",
                        of(Map.of(Role.USER, new Tags("Summarize this dialogue:\n", "\n---\nSummary:\n")))),
                new PromptTemplates(
                        "QuestionAnswerTemplate",
                        "data",
                        "Question: and Answer: around the user's text",
                        of(Map.of(Role.USER, new Tags("Question: ", "\n\nAnswer: ")))));
    }

    @Override
    public Class<PromptTemplate> type() {
        return PromptTemplate.class;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<String> aliases() {
        return aliases;
    }

    @Override
    public String summary() {
        return summary;
    }

    PromptTemplate template() {
        return template;
    }

    @Override
    public PromptTemplate create(ConfigReader options, ComponentContext context) {
        return template;
    }

    /** Tags by role, {@code {user: [before, after]}}; a role without an entry is left as it is. */
    static @Nullable PromptTemplate read(ConfigReader section) {
        Map<Role, Tags> tags = new EnumMap<>(Role.class);
        for (String key : section.keys()) {
            Role role =
                    switch (key) {
                        case "system" -> Role.SYSTEM;
                        case "user" -> Role.USER;
                        case "assistant" -> Role.ASSISTANT;
                        case "tool", "ipython" -> Role.TOOL;
                        default -> null;
                    };
            List<String> pair = section.strings(key, List.of());
            if (role == null) {
                section.problem(key, "is no role; known: system, user, assistant, tool (or ipython)");
            } else if (pair.size() != 2) {
                section.problem(
                        key,
                        "expected [text before the message, text after it], found " + pair.size()
                                + (pair.size() == 1 ? " text" : " texts"));
            } else {
                tags.put(role, new Tags(pair.get(0), pair.get(1)));
            }
        }
        return of(tags);
    }

    static PromptTemplate of(Map<Role, Tags> tags) {
        Map<Role, Tags> fixed = Map.copyOf(tags);
        return messages -> messages.stream()
                .map(message -> around(fixed.get(message.role()), message))
                .toList();
    }

    private static Templated around(@Nullable Tags tags, Message message) {
        return tags == null ? Templated.of(message) : templated(message, tags.before, message.content(), tags.after);
    }

    private static Templated templated(Message message, String... parts) {
        return new Templated(
                message.role(), Stream.of(parts).filter(part -> !part.isEmpty()).toList(), message.weight());
    }

    static List<Templated> llama2(List<Message> messages) {
        List<Templated> templated = new ArrayList<>();
        String[] system = {};
        for (Message message : messages) {
            switch (message.role()) {
                case SYSTEM -> system = new String[] {"<<SYS>>\n", message.content(), "\n<</SYS>>\n\n"};
                // Said again in each turn of the user's, as torchtune does.
                case USER ->
                    templated.add(templated(
                            message,
                            Stream.of(
                                            Stream.of("[INST] "),
                                            Stream.of(system),
                                            Stream.of(message.content(), " [/INST] "))
                                    .flatMap(part -> part)
                                    .toArray(String[]::new)));
                case ASSISTANT, TOOL -> templated.add(Templated.of(message));
            }
        }
        return templated;
    }

    private static List<Templated> mistral(List<Message> messages) {
        for (Message message : messages) {
            if (message.role() == Role.SYSTEM) {
                throw new DataException(
                        "MistralChatTemplate has no place for a system message, and a record has one; leave it"
                                + " out, or set tokenizer.chat_format to template for the checkpoint's own format");
            }
        }
        return MISTRAL.apply(messages);
    }

    private static final PromptTemplate MISTRAL = of(Map.of(Role.USER, new Tags("[INST] ", " [/INST] ")));

    private static List<Templated> chatMl(List<Message> messages) {
        List<Templated> templated = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            boolean asked = i == messages.size() - 1
                    && message.role() == Role.ASSISTANT
                    && message.content().isEmpty();
            if (message.role() == Role.TOOL) {
                templated.add(Templated.of(message));
            } else {
                templated.add(templated(
                        message,
                        "<|im_start|>" + message.role().dataName() + "\n",
                        message.content(),
                        asked ? "" : "<|im_end|>\n"));
            }
        }
        return templated;
    }
}
