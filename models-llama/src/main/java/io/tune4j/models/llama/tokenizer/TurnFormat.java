package io.tune4j.models.llama.tokenizer;

import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns between the beginning and the end token, for base models and Llama 2, as torchtune's {@code
 * tokenize_messages_no_special_tokens} makes them: each assistant message ends a turn, and the end token is trained with
 * it. With Llama 2's tags a user's text stands in {@code [INST] ... [/INST]}, and the system's within the user's.
 */
final class TurnFormat implements ChatFormat {
    private final HfTokenizer tokenizer;
    private final boolean tagged;

    TurnFormat(HfTokenizer tokenizer, boolean tagged) {
        this.tokenizer = tokenizer;
        this.tagged = tagged;
        // Without it a model would learn to talk on for ever.
        tokenizer.requireEnd();
    }

    @Override
    public void conversation(List<Message> messages, TokenBuilder tokens, int limit) {
        boolean startsTurn = true;
        boolean endsInBlank = false;
        boolean trained = false;
        for (Message message : tagged ? tag(messages) : messages) {
            trained = message.trained();
            if (startsTurn && tokenizer.bos() >= 0) {
                tokens.add(tokenizer.bos(), trained);
            }
            boolean continues = !startsTurn && endsInBlank;
            String text = message.content();
            tokens.addAll(continues ? tokenizer.encodeContinuation(text) : tokenizer.encode(text), trained);
            endsInBlank = text.endsWith(" ") || text.endsWith("\n");
            startsTurn = message.role() == Role.ASSISTANT;
            if (startsTurn && tokenizer.eos() >= 0) {
                tokens.add(tokenizer.eos(), trained);
            }
            if (tokens.size() >= limit) {
                break;
            }
        }
        tokens.truncate(limit, tokenizer.eos(), trained);
    }

    @Override
    public void prompt(List<Message> messages, TokenBuilder tokens) {
        conversation(messages, tokens, Integer.MAX_VALUE);
    }

    private static List<Message> tag(List<Message> messages) {
        List<Message> tagged = new ArrayList<>();
        String system = "";
        for (Message message : messages) {
            switch (message.role()) {
                case SYSTEM -> system = "<<SYS>>\n" + message.content() + "\n<</SYS>>\n\n";
                case USER, TOOL ->
                    tagged.add(new Message(
                            Role.USER, "[INST] " + system + message.content() + " [/INST] ", message.trained()));
                case ASSISTANT -> tagged.add(message);
            }
        }
        return tagged;
    }
}
