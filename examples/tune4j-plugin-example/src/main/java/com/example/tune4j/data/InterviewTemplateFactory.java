package com.example.tune4j.data;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import io.tune4j.api.data.PromptTemplate;
import io.tune4j.api.data.PromptTemplate.Templated;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import java.util.List;

/**
 * {@code interview_template}, for {@code tokenizer.prompt_template}: a conversation as it is printed in a magazine. Keys: {@code
 * interviewer}, {@code guest}, the names that stand before what they say.
 */
public final class InterviewTemplateFactory implements ComponentFactory<PromptTemplate> {
    @Override
    public Class<PromptTemplate> type() {
        return PromptTemplate.class;
    }

    @Override
    public String name() {
        return "interview_template";
    }

    @Override
    public String summary() {
        return "names before what the user and the model say";
    }

    @Override
    public PromptTemplate create(ConfigReader options, ComponentContext context) {
        String interviewer = options.string("interviewer", "Question");
        String guest = options.string("guest", "Answer");
        return messages -> messages.stream()
                .map(message -> message.role() == Role.USER
                        ? named(interviewer + ": ", message, "\n" + guest + ": ")
                        : Templated.of(message))
                .toList();
    }

    /** The guest's name belongs to the prompt: the model has to go on after it. */
    private static Templated named(String before, Message message, String after) {
        return new Templated(message.role(), List.of(before, message.content(), after), message.weight());
    }
}
