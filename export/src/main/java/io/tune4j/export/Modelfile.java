// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export;

import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.export.tokenizer.GgufTokenizer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ollama's {@code Modelfile}: the file of the model, the form of a conversation, and the texts that end an answer. */
final class Modelfile {
    /**
     * A form of conversations as Go's template language has it.
     *
     * @param mark that a chat template of this form contains
     * @param stop ends an answer
     */
    private record Form(String mark, String stop, String template) {}

    private static final List<Form> FORMS = List.of(
            new Form(
                    "<|im_start|>",
                    "<|im_end|>",
                    "{{- range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}"
                            + "<|im_start|>assistant\n"),
            new Form(
                    "<|start_header_id|>",
                    "<|eot_id|>",
                    "{{- range .Messages }}<|start_header_id|>{{ .Role }}<|end_header_id|>\n\n{{ .Content }}<|eot_id|>"
                            + "{{ end }}<|start_header_id|>assistant<|end_header_id|>\n\n"),
            new Form(
                    "<start_of_turn>",
                    "<end_of_turn>",
                    "{{- range .Messages }}<start_of_turn>{{ if eq .Role \"assistant\" }}model{{ else }}user{{ end }}\n"
                            + "{{ .Content }}<end_of_turn>\n{{ end }}<start_of_turn>model\n"),
            new Form(
                    "<|end|>",
                    "<|end|>",
                    "{{- range .Messages }}<|{{ .Role }}|>\n{{ .Content }}<|end|>\n{{ end }}<|assistant|>\n"),
            new Form(
                    "[INST]",
                    "[INST]",
                    "{{- range .Messages }}{{ if eq .Role \"assistant\" }} {{ .Content }}</s>{{ else }}[INST] {{ .Content }}"
                            + " [/INST]{{ end }}{{ end }}"));

    /** A message's text. */
    private static final String CONTENT = "{{ .Content }}";

    private Modelfile() {}

    /**
     * Writes or replaces the file.
     *
     * @param exported the GGUF file of the model, or of its adapter
     * @param model the folder with the tokenizer, and the base of an adapter
     * @param asked how the model is asked
     */
    static void write(Path target, Path exported, Path model, boolean adapter, PromptForm asked) {
        String own = "./" + exported.getFileName();
        StringBuilder text = new StringBuilder();
        text.append("FROM ")
                .append(adapter ? model.toAbsolutePath().normalize() : own)
                .append('\n');
        if (adapter) {
            text.append("ADAPTER ").append(own).append('\n');
        }
        String chat = GgufTokenizer.chatTemplate(model);
        Form form = form(chat);
        if (form != null) {
            text.append("TEMPLATE \"\"\"")
                    .append(form.template.replace(CONTENT, content(asked)))
                    .append("\"\"\"\n");
            text.append("PARAMETER stop \"").append(form.stop).append("\"\n");
        } else if (chat == null) {
            text.append("# The model has no chat template, so a prompt is passed as it is.\n");
            text.append("TEMPLATE \"\"\"").append(asked.ask("{{ .Prompt }}")).append("\"\"\"\n");
        } else {
            text.append("# Ollama takes the chat template of the GGUF file where it knows it.\n");
        }
        AtomicFiles.writeString(target, text.toString());
    }

    /** A message's text, in the form of the training data if the user says it. */
    private static String content(PromptForm asked) {
        return asked.user().equals(PromptForm.QUESTION)
                ? CONTENT
                : "{{ if eq .Role \"user\" }}" + asked.ask(CONTENT) + "{{ else }}" + CONTENT + "{{ end }}";
    }

    private static @Nullable Form form(@Nullable String chatTemplate) {
        return chatTemplate == null
                ? null
                : FORMS.stream()
                        .filter(each -> chatTemplate.contains(each.mark))
                        .findFirst()
                        .orElse(null);
    }
}
