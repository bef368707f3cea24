package io.tune4j.models.llama.tokenizer;

import io.tune4j.api.data.Message;
import java.util.List;

/**
 * Llama 3's headers: {@code <|start_header_id|>user<|end_header_id|>\n\n...<|eot_id|>}. As in torchtune's {@code
 * models/llama3/_tokenizer.py} the header of a trained message is trained too, and the end of the text is not.
 */
final class Llama3Format implements ChatFormat {
    private final HfTokenizer tokenizer;
    private final int begin;
    private final int end;
    private final int startHeader;
    private final int endHeader;
    private final int endOfTurn;

    Llama3Format(HfTokenizer tokenizer) {
        this.tokenizer = tokenizer;
        this.begin = tokenizer.id("<|begin_of_text|>");
        this.end = tokenizer.id("<|end_of_text|>");
        this.startHeader = tokenizer.id("<|start_header_id|>");
        this.endHeader = tokenizer.id("<|end_header_id|>");
        this.endOfTurn = tokenizer.id("<|eot_id|>");
    }

    @Override
    public void conversation(List<Message> messages, TokenBuilder tokens, int limit) {
        tokens.add(begin, false);
        for (Message message : messages) {
            header(message.role(), tokens, message.trained());
            tokens.addAll(tokenizer.encode(message.content().strip()), message.trained());
            tokens.add(endOfTurn, message.trained());
            if (tokens.size() >= limit) {
                break;
            }
        }
        tokens.add(end, false);
        tokens.truncate(limit, end, false);
    }

    @Override
    public void prompt(List<Message> messages, TokenBuilder tokens) {
        tokens.add(begin, false);
        for (Message message : messages) {
            header(message.role(), tokens, false);
            tokens.addAll(tokenizer.encode(message.content().strip()), false);
            tokens.add(endOfTurn, false);
        }
        header(Message.Role.ASSISTANT, tokens, false);
    }

    private void header(Message.Role role, TokenBuilder tokens, boolean trained) {
        tokens.add(startHeader, trained);
        tokens.addAll(tokenizer.encode(role == Message.Role.TOOL ? "ipython" : role.dataName()), trained);
        tokens.add(endHeader, trained);
        tokens.addAll(tokenizer.encode("\n\n"), trained);
    }
}
