// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.tokenizer;

import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.export.gguf.GgufMetadata;
import org.jspecify.annotations.Nullable;

/**
 * A chat template in Jinja that brings the user's messages into the form of the training data before the model's own template writes
 * them, so that programs that know nothing of that form ask as the training did.
 */
public final class AskingTemplate {
    private static final String TEMPLATE = "tokenizer.chat_template";
    /** A conversation of a model without a template. */
    private static final String TEXTS = "{%- for message in messages -%}{{ message['content'] }}{%- endfor -%}";

    private static final String BEGINNING = "{{- bos_token -}}";

    private static final String USER = "tune4j.prompt_form.user";
    private static final String SYSTEM = "tune4j.prompt_form.system";

    private AskingTemplate() {}

    /** Whether a form changes a template: not where a model learned plain text, or messages as they are. */
    public static boolean changes(PromptForm form) {
        return form.conversation() && !form.equals(PromptForm.PLAIN);
    }

    /**
     * Adds the template to a file's keys, with the form before it, and the form itself.
     *
     * @param template of the model; null if it has none, which needs one of the form alone
     * @param begins whether texts begin with a token of their own
     */
    static void describe(GgufMetadata keys, PromptForm form, @Nullable String template, boolean begins) {
        if (changes(form)) {
            String own = template == null ? (begins ? BEGINNING : "") + TEXTS : template;
            keys.text(TEMPLATE, beginning(form) + own);
            keys.text(USER, form.user());
            if (form.system() != null) {
                keys.text(SYSTEM, form.system());
            }
        } else if (template != null) {
            keys.text(TEMPLATE, template);
        }
    }

    /** The form that {@link #describe} added to a file, or the plain one. */
    public static PromptForm form(GgufMetadata keys) {
        String user = keys.textOrNull(USER);
        return user == null || !user.contains(PromptForm.QUESTION)
                ? PromptForm.PLAIN
                : new PromptForm(true, user, keys.textOrNull(SYSTEM));
    }

    /** The model's own template in a file, without the form before it; null if there is none. */
    static @Nullable String without(PromptForm form, GgufMetadata keys) {
        String template = keys.textOrNull(TEMPLATE);
        String beginning = beginning(form);
        if (template == null || !changes(form) || !template.startsWith(beginning)) {
            return template;
        }
        String own = template.substring(beginning.length());
        return own.equals(TEXTS) || own.equals(BEGINNING + TEXTS) ? null : own;
    }

    private static String beginning(PromptForm form) {
        int place = form.user().indexOf(PromptForm.QUESTION);
        String before = form.user().substring(0, place);
        String after = form.user().substring(place + PromptForm.QUESTION.length());
        StringBuilder text = new StringBuilder("{%- set asked = namespace(messages=[]) -%}\n");
        if (form.system() != null) {
            text.append("{%- if messages[0]['role'] != 'system' -%}\n")
                    .append(message("[", "system", quoted(form.system())))
                    .append("{%- endif -%}\n");
        }
        return text.append("{%- for message in messages -%}\n{%- if message['role'] == 'user' -%}\n")
                .append(message(
                        "asked.messages + [", "user", quoted(before) + " + message['content'] + " + quoted(after)))
                .append("{%- else -%}\n{%- set asked.messages = asked.messages + [message] -%}\n{%- endif -%}\n")
                // Blanks that the model's own template begins with stay.
                .append("{%- endfor -%}\n{%- set messages = asked.messages %}")
                .toString();
    }

    private static String message(String list, String role, String content) {
        return "{%- set asked.messages = " + list + "{'role': '" + role + "', 'content': " + content + "}] -%}\n";
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'";
    }
}
