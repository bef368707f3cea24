package io.tune4j.models.llama.tokenizer;

import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import io.tune4j.api.error.DataException;
import io.tune4j.models.llama.jinja.Dict;
import io.tune4j.models.llama.jinja.Mark;
import io.tune4j.models.llama.jinja.Text;
import io.tune4j.models.llama.tokenizer.ChatTemplate.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * Says which characters of a rendered conversation are trained, by where they came from.
 *
 * <p>A template writes a message during one turn of its loop, so all characters of that turn are the message's: header, text, end. Of
 * the assistant's turn what a prompt would end with is not trained, because the model is given it; the rest is, up to the token that
 * ends the turn. Where the template has {@code generation} blocks, these say what is trained. Of other messages the characters of
 * their own text are trained, if their weight asks for it.
 */
final class TrainedSpans {
    /** A part of the text, from the first character to behind the last. */
    private record Span(int from, int to) {}

    private static final Set<String> NAMES = Set.of("name", "id", "tool_call_id");

    private final ChatTemplate template;
    private final SpecialSpellings spellings;
    private final @Nullable String eos;
    private final List<Message> messages;
    private final List<Dict> dicts;
    private final Map<String, Object> variables;
    private final Text text;

    TrainedSpans(
            ChatTemplate template,
            SpecialSpellings spellings,
            @Nullable String eos,
            List<Message> messages,
            List<Dict> dicts,
            Map<String, Object> variables,
            Text text) {
        this.template = template;
        this.spellings = spellings;
        this.eos = eos;
        this.messages = messages;
        this.dicts = dicts;
        this.variables = variables;
        this.text = text;
    }

    /**
     * How much each UTF-16 unit of the text counts.
     *
     * @throws DataException if it cannot be known what of the text a message is
     */
    float[] weights() {
        float[] weights = new float[text.value().length()];
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            if (!message.trained()) {
                continue;
            }
            if (message.role() != Role.ASSISTANT) {
                own(weights, i, message.weight());
            } else if (template.marksGeneration()) {
                generated(weights, i, message.weight());
            } else {
                Span answer = answer(i);
                java.util.Arrays.fill(weights, answer.from, answer.to, message.weight());
            }
        }
        return weights;
    }

    private static DataException unknown(int message, String why) {
        return new DataException("message " + message + ": " + why
                + ", so it cannot be known which tokens to train; set tokenizer.chat_format to plain, llama2, llama3 or chatml, or"
                + " train on other messages (masking_strategy, weight)");
    }

    private void own(float[] weights, int message, float weight) {
        for (int run = 0, from = 0; run < text.runs(); from = text.end(run), run++) {
            if (isOf(text.mark(run), message)) {
                java.util.Arrays.fill(weights, from, text.end(run), weight);
            }
        }
    }

    private void generated(float[] weights, int message, float weight) {
        boolean any = false;
        for (int run = 0, from = 0; run < text.runs(); from = text.end(run), run++) {
            Mark mark = text.mark(run);
            if (mark.generation() >= 0 && isTurn(mark, message)) {
                java.util.Arrays.fill(weights, from, text.end(run), weight);
                any = true;
            }
        }
        if (!any) {
            throw unknown(message, "the chat template has {% generation %} blocks, but none around this answer");
        }
    }

    /** Whether a message says a character; names and numbers of calls belong to the template's header. */
    private static boolean isOf(Mark mark, int message) {
        return mark.origin() instanceof Source source && source.message() == message && !NAMES.contains(source.field());
    }

    private static boolean isTurn(Mark mark, int message) {
        return mark.owner() instanceof Integer owner && owner == message;
    }

    private Span answer(int message) {
        Span turn = turn(message);
        int firstOwn = turn.to;
        int lastOwn = turn.from;
        for (int run = 0, from = 0; run < text.runs(); from = text.end(run), run++) {
            if (!isOf(text.mark(run), message)) {
                continue;
            }
            if (from >= turn.from && text.end(run) <= turn.to) {
                firstOwn = Math.min(firstOwn, from);
                lastOwn = text.end(run);
            } else if (isSpoken(text.mark(run))) {
                throw unknown(message, "the chat template writes parts of it in several places");
            }
        }
        String header = header(message, turn.from);
        int from = Math.min(begin(message, turn, header, firstOwn), firstOwn);
        String own = text.value().substring(turn.from, from);
        int to = end(turn, List.of(header, own), Math.max(lastOwn, from));
        if (from >= to) {
            throw unknown(message, "the chat template leaves it out");
        }
        return new Span(from, to);
    }

    /** Whether a character is what the assistant says, not a name that later messages refer to. */
    private static boolean isSpoken(Mark mark) {
        return mark.origin() instanceof Source source
                && (source.field().equals("content") || source.field().equals(ChatTemplate.REASONING));
    }

    /** The part of the text that was written during a message's turn. */
    private Span turn(int message) {
        int first = -1;
        int last = -1;
        for (int run = 0, from = 0; run < text.runs(); from = text.end(run), run++) {
            if (!isTurn(text.mark(run), message)) {
                continue;
            }
            if (first >= 0 && from > last && hasOther(last, from)) {
                throw unknown(message, "the chat template writes parts of it in several places");
            }
            first = first < 0 ? from : first;
            last = text.end(run);
        }
        return first < 0 ? turnByPrefixes(message) : new Span(first, last);
    }

    private boolean hasOther(int from, int to) {
        for (int run = text.runAt(from); run < text.runs() && (run == 0 ? 0 : text.end(run - 1)) < to; run++) {
            if (text.mark(run).owner() != null) {
                return true;
            }
        }
        return false;
    }

    /** For a template that goes through the messages in another way than by a loop over them. */
    private Span turnByPrefixes(int message) {
        String until = rendered(message + 1, false);
        String before = message == 0 ? "" : rendered(message, false);
        boolean foreseen = until != null
                && before != null
                && text.value().startsWith(until)
                && until.startsWith(before)
                && until.length() > before.length();
        if (!foreseen) {
            throw unknown(message, "the chat template leaves it out, or writes it in another way than the last one");
        }
        return new Span(before.length(), until.length());
    }

    /** The first messages rendered; null if the template refuses them. */
    private @Nullable String rendered(int count, boolean asks) {
        try {
            return template.render(dicts.subList(0, count), variables, asks).value();
        } catch (DataException refused) {
            return null;
        }
    }

    /** What a prompt for a message ends with after the messages before it; empty if the template adds nothing to them. */
    private String header(int message, int turnStart) {
        if (!template.mentions(ChatTemplate.GENERATION_PROMPT)) {
            return "";
        }
        String prompt = rendered(message, true);
        if (prompt == null) {
            return "";
        }
        if (prompt.startsWith(text.value().substring(0, turnStart))) {
            return prompt.substring(turnStart);
        }
        String before = rendered(message, false);
        return before == null || !prompt.startsWith(before) ? "" : prompt.substring(before.length());
    }

    /** Where the answer begins: after what a prompt ends with, as far as the turn begins with it. */
    private int begin(int message, Span turn, String header, int firstOwn) {
        if (header.isEmpty() && firstOwn == turn.to) {
            return Math.min(turn.to, turn.from + headerOfOther(message));
        }
        if (header.isEmpty()) {
            String before = text.value().substring(turn.from, firstOwn);
            boolean calls = firstOwn < turn.to && !isSpoken(text.mark(text.runAt(firstOwn)));
            return before.isBlank() ? turn.from : calls ? boundary(turn.from, firstOwn) : firstOwn;
        }
        String value = text.value();
        int at = turn.from + blanks(value, turn.from, turn.to);
        // Templates with line breaks of their own put other blanks around a header in each place.
        int wanted = header.stripTrailing().length();
        int same = blanks(header, 0, header.length());
        while (same < header.length() && at < turn.to && value.charAt(at) == header.charAt(same)) {
            at++;
            same++;
        }
        return same >= wanted ? at : boundary(turn.from, at);
    }

    /** For an answer that says nothing, the length of the header that it has when it says something. */
    private int headerOfOther(int message) {
        List<Message> others = new ArrayList<>(messages);
        others.set(message, new Message(Role.ASSISTANT, "x", 1));
        List<Dict> otherDicts = template.dicts(others);
        try {
            Text other = template.render(otherDicts, variables, false);
            TrainedSpans spans = new TrainedSpans(template, spellings, eos, others, otherDicts, variables, other);
            return spans.answer(message).from - spans.turn(message).from;
        } catch (DataException refused) {
            return 0;
        }
    }

    private static int blanks(String value, int from, int to) {
        int at = from;
        while (at < to && Character.isWhitespace(value.charAt(at))) {
            at++;
        }
        return at - from;
    }

    /** The last place up to a position where a word, a special token or a part of an expression ends. */
    private int boundary(int first, int position) {
        for (int at = position; at > first; at--) {
            if (Character.isWhitespace(text.value().charAt(at - 1))
                    || text.runAt(at - 1)
                            != text.runAt(Math.min(at, text.value().length() - 1))
                    || endsSpecial(first, at)) {
                return at;
            }
        }
        return first;
    }

    private boolean endsSpecial(int first, int position) {
        Matcher token = spellings.in(text.value());
        for (int at = first; at < position && token.find(at); at = token.end()) {
            if (token.end() == position) {
                return true;
            }
        }
        return false;
    }

    /** Behind the token that ends the turn, or the turn's end if it has none. */
    private int end(Span turn, List<String> headers, int lastOwn) {
        int limit = turn.to;
        // A template that always asks for the next answer.
        for (String header : headers) {
            boolean asks = !header.isBlank()
                    && turn.to - header.length() >= lastOwn
                    && text.value().startsWith(header, turn.to - header.length());
            limit = asks ? Math.min(limit, turn.to - header.length()) : limit;
        }
        Matcher token = spellings.in(text.value());
        int end = -1;
        for (int at = lastOwn;
                SpecialSpellings.next(token, text, at, false) && token.end() <= limit;
                at = token.end()) {
            end = token.end();
            if (token.group().equals(eos)) {
                break;
            }
        }
        return end < 0 ? endAfter(limit) : end;
    }

    /** Behind the end token that follows a turn without one, as where a template writes it after its loop. */
    private int endAfter(int turnEnd) {
        Matcher token = spellings.in(text.value());
        boolean follows = eos != null
                && SpecialSpellings.next(token, text, turnEnd, false)
                && token.group().equals(eos)
                && text.mark(text.runAt(token.start())).owner() == null
                && text.value().substring(turnEnd, token.start()).isBlank();
        return follows ? token.end() : turnEnd;
    }
}
