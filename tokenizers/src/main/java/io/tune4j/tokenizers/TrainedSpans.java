// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import io.tune4j.api.error.DataException;
import io.tune4j.tokenizers.ChatTemplate.Source;
import io.tune4j.tokenizers.jinja.Dict;
import io.tune4j.tokenizers.jinja.Mark;
import io.tune4j.tokenizers.jinja.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
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
    /** A part of the text: its first UTF-16 unit, and the one after its last. */
    private record Span(int from, int to) {}

    private static final String CONTENT = "content";
    /** Fields that name something, which a template writes into headers. */
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
                answered(weights, i, message.weight());
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
                Arrays.fill(weights, from, text.end(run), weight);
            }
        }
    }

    private void generated(float[] weights, int message, float weight) {
        boolean any = false;
        for (int run = 0, from = 0; run < text.runs(); from = text.end(run), run++) {
            Mark mark = text.mark(run);
            Object writer = mark.inner() == null ? mark.owner() : mark.inner();
            if (mark.generation() >= 0 && Objects.equals(writer, message)) {
                Arrays.fill(weights, from, text.end(run), weight);
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

    private void answered(float[] weights, int message, float weight) {
        Span answer = answer(message);
        for (int run = text.runAt(answer.from), from = answer.from; from < answer.to; from = text.end(run), run++) {
            Mark mark = text.mark(run);
            if (mark.inner() != null && !mark.inner().equals(message)) {
                // The template writes the results of tools within the turn that called them.
                continue;
            }
            if (isSpoken(mark) && !isOf(mark, message)) {
                throw unknown(message, "the chat template writes the text of another message into it");
            }
            Arrays.fill(weights, from, Math.min(text.end(run), answer.to), weight);
        }
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
        int to = end(message, turn, List.of(header, own), Math.max(lastOwn, from));
        if (from >= to) {
            throw unknown(message, "the chat template leaves it out");
        }
        return new Span(from, to);
    }

    /** Whether a character is what the assistant says, not a name that later messages refer to. */
    private static boolean isSpoken(Mark mark) {
        return mark.origin() instanceof Source source
                && (source.field().equals(CONTENT) || source.field().equals(ChatTemplate.REASONING));
    }

    /** The part of the text that was written during a message's turn. */
    private Span turn(int message) {
        Span turn = turn(message, Mark::owner);
        // A loop within the turn of another message wrote it.
        turn = turn == null ? turn(message, Mark::inner) : turn;
        return turn == null ? turnByPrefixes(message) : turn;
    }

    private @Nullable Span turn(int message, Function<Mark, @Nullable Object> owner) {
        int first = -1;
        int last = -1;
        for (int run = 0, from = 0; run < text.runs(); from = text.end(run), run++) {
            if (!Objects.equals(owner.apply(text.mark(run)), message)) {
                continue;
            }
            if (first >= 0 && from > last && hasOther(last, from)) {
                throw unknown(message, "the chat template writes parts of it in several places");
            }
            first = first < 0 ? from : first;
            last = text.end(run);
        }
        return first < 0 ? null : new Span(first, last);
    }

    private boolean hasOther(int from, int to) {
        for (int run = text.runAt(from); run < text.runs() && (run == 0 ? 0 : text.end(run - 1)) < to; run++) {
            if (text.mark(run).owner() != null) {
                return true;
            }
        }
        return false;
    }

    /** Finds the turns of a template that does not loop over the messages. */
    private Span turnByPrefixes(int message) {
        String until = rendered(message + 1, false);
        String before = message == 0 ? "" : rendered(message, false);
        if (until != null
                && before != null
                && text.value().startsWith(until)
                && until.startsWith(before)
                && until.length() > before.length()) {
            return new Span(before.length(), until.length());
        }
        throw unknown(message, "the chat template leaves it out, or writes it in another way than the last one");
    }

    /** The first messages rendered; null if the template refuses them. */
    private @Nullable String rendered(int count, boolean asks) {
        try {
            return template.render(dicts.subList(0, count), variables, asks).value();
        } catch (DataException refused) {
            return null;
        }
    }

    /** The text that a prompt for a message adds after the messages before it; empty if the template adds none. */
    private String header(int message, int turnStart) {
        String prompt = rendered(message, true);
        if (prompt == null) {
            return "";
        }
        String value = text.value();
        boolean goesOn = prompt.startsWith(value.substring(0, turnStart));
        String rest = goesOn ? prompt.substring(turnStart) : "";
        boolean begins = value.startsWith(rest, turnStart) && !rest.strip().equals(eos);
        if (goesOn && (rest.isEmpty() || begins)) {
            return rest;
        }
        if (!template.mentions(ChatTemplate.GENERATION_PROMPT)) {
            return "";
        }
        String shorter = rendered(message, false);
        int added = shorter != null && prompt.startsWith(shorter) ? shorter.length() : -1;
        return goesOn || added >= 0 ? prompt.substring(Math.max(goesOn ? turnStart : 0, Math.max(added, 0))) : "";
    }

    /** The beginning of the answer: after the header, as far as the turn begins with it. */
    private int begin(int message, Span turn, String header, int firstOwn) {
        if (!header.isBlank()) {
            return afterHeader(turn, header);
        }
        boolean hasOwn = firstOwn < turn.to;
        if (hasOwn && text.value().substring(turn.from, firstOwn).isBlank()) {
            return text.value().startsWith(header, turn.from) ? turn.from + header.length() : turn.from;
        }
        boolean isText = hasOwn
                && text.mark(text.runAt(firstOwn)).origin() instanceof Source source
                && source.field().equals(CONTENT);
        return isText ? firstOwn : afterHeader(turn, headerOfText(message));
    }

    /** The end of a header at the start of a turn, or of the part of it that is there. */
    private int afterHeader(Span turn, String header) {
        String value = text.value();
        int at = turn.from + blanks(value, turn.from, turn.to);
        // Templates with line breaks of their own put other blanks around a header in each place.
        int wanted = header.stripTrailing().length();
        if (wanted == 0) {
            return turn.from;
        }
        int same = blanks(header, 0, header.length());
        while (same < header.length() && at < turn.to && value.charAt(at) == header.charAt(same)) {
            at++;
            same++;
        }
        return same >= wanted ? at : boundary(turn.from, at);
    }

    /** The header of an answer that does not begin with its text: the one that it has if it is a text alone. */
    private String headerOfText(int message) {
        List<Message> others = new ArrayList<>(messages.subList(0, message));
        others.add(new Message(Role.ASSISTANT, "x", 1));
        List<Dict> otherDicts = template.dicts(others);
        try {
            Text other = template.render(otherDicts, variables, false);
            TrainedSpans spans = new TrainedSpans(template, spellings, eos, others, otherDicts, variables, other);
            int from = spans.turn(message).from;
            return other.value().substring(from, spans.answer(message).from);
        } catch (DataException refused) {
            return "";
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

    /** The position after the token that ends the turn, or the turn's end if it has none. */
    private int end(int message, Span turn, List<String> headers, int lastOwn) {
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
        return end < 0 ? endAfter(message, limit, headers) : end;
    }

    /** The position after an end token that follows a turn without one: after the loop, or in the turn of the next message. */
    private int endAfter(int message, int turnEnd, List<String> headers) {
        Matcher token = spellings.in(text.value());
        boolean follows = SpecialSpellings.next(token, text, turnEnd, false)
                && text.value().substring(turnEnd, token.start()).isBlank();
        if (!follows) {
            return turnEnd;
        }
        boolean afterLoop = token.group().equals(eos)
                && text.mark(text.runAt(token.start())).owner() == null;
        return afterLoop || endsConversation(message, turnEnd, token.group(), headers) ? token.end() : turnEnd;
    }

    /** Whether a conversation that ends with a message has nothing but a token after the message's turn. */
    private boolean endsConversation(int message, int turnEnd, String token, List<String> headers) {
        String until = rendered(message + 1, false);
        return until != null
                && until.startsWith(text.value().substring(0, turnEnd))
                && until.substring(turnEnd).strip().equals(token)
                && headers.stream().noneMatch(header -> header.strip().equals(token));
    }
}
