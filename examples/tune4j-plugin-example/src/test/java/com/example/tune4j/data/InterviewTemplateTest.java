package com.example.tune4j.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import io.tune4j.api.data.PromptTemplate;
import io.tune4j.api.data.PromptTemplate.Templated;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.engine.registry.ComponentRegistry;
import io.tune4j.testkit.config.Sections;
import java.util.List;
import org.junit.jupiter.api.Test;

class InterviewTemplateTest {
    @Test
    void namesStandInThePrompt() {
        PromptTemplate template = new InterviewTemplateFactory()
                .create(
                        Sections.of("interviewer: Host"),
                        new ComponentContext(ComponentRegistry.of(List.of()), null, null));
        List<Templated> talk = template.apply(
                List.of(new Message(Role.USER, "How are you?", false), new Message(Role.ASSISTANT, "Fine.", true)));
        assertThat(String.join("", talk.get(0).parts())).isEqualTo("Host: How are you?\nAnswer: ");
        assertThat(talk.get(0).trained()).isFalse();
        assertThat(talk.get(1)).isEqualTo(new Templated(Role.ASSISTANT, List.of("Fine."), true));
    }
}
