// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.chat;

import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import io.tune4j.api.error.UserException;
import io.tune4j.api.nn.Pass.AdapterRows;
import io.tune4j.api.nn.RandomKeys;
import io.tune4j.generation.GeneratedToken;
import io.tune4j.generation.Generation;
import io.tune4j.generation.GenerationListener;
import io.tune4j.generation.GenerationRequest;
import io.tune4j.generation.Generator;
import io.tune4j.generation.GeneratorOptions;
import io.tune4j.generation.LoadedModel;
import io.tune4j.generation.PromptFormFile;
import io.tune4j.generation.Sampling;
import io.tune4j.generation.Ticket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A conversation with a model: its messages so far, and which of base and adapter answers. */
public final class ChatSession implements AutoCloseable {
    /** The commands, for people. */
    public static final String HELP = "/system TEXT sets what the model is told first, /reset forgets the conversation,"
            + " /adapter on|off|both chooses who answers, /help, /exit; Ctrl-C ends an answer";

    private static final int WITH_ADAPTER = 1;

    private final LoadedModel model;
    private final Generator generator;
    private final Set<Integer> ends;
    private final Sampling sampling;
    private final int maxNewTokens;
    private final Consumer<String> out;
    private final SideBySide beside;
    private final AtomicBoolean interrupted = new AtomicBoolean();
    private final List<Message> history = new ArrayList<>();
    private @Nullable String system;
    private List<Integer> adapters;
    private long turns;

    /**
     * @param model stays the caller's
     * @param maxNewTokens the most tokens of an answer
     * @param columns the width of the terminal, for two answers beside each other
     * @param out takes text as it comes; not whole lines
     */
    public ChatSession(LoadedModel model, Sampling sampling, int maxNewTokens, int columns, Consumer<String> out) {
        this.model = model;
        this.generator = model.generator(GeneratorOptions.DEFAULT);
        this.ends = model.ends();
        this.sampling = sampling;
        this.maxNewTokens = maxNewTokens;
        this.beside = new SideBySide(columns);
        this.out = out;
        this.adapters = List.of(model.adapters().isEmpty() ? AdapterRows.BASE : WITH_ADAPTER);
    }

    /** Ends the answer that is under way; for any thread. False if there is none. */
    public boolean interrupt() {
        return interrupted.compareAndSet(false, true);
    }

    /**
     * Does what a line says: a command, or a message to be answered.
     *
     * @return false if the conversation is over
     */
    public boolean take(String line) {
        String text = line.strip();
        if (text.isEmpty()) {
            return true;
        }
        if (!text.startsWith("/")) {
            answer(text);
            return true;
        }
        String[] words = text.split("\\s+", 2);
        String rest = words.length > 1 ? words[1] : "";
        switch (words[0]) {
            case "/exit", "/quit" -> {
                return false;
            }
            case "/help" -> say(HELP);
            case "/reset" -> {
                history.clear();
                say("the conversation begins anew");
            }
            case "/system" -> {
                system = rest.isEmpty() ? null : rest;
                history.clear();
                say(rest.isEmpty() ? "no system message" : "the conversation begins anew with this system message");
            }
            case "/adapter" -> choose(rest);
            default -> say("there is no command " + words[0] + ". " + HELP);
        }
        return true;
    }

    private void choose(String who) {
        if (model.adapters().isEmpty()) {
            say("this model has no adapter");
            return;
        }
        switch (who) {
            case "on" -> adapters = List.of(WITH_ADAPTER);
            case "off" -> adapters = List.of(AdapterRows.BASE);
            case "both" -> adapters = List.of(AdapterRows.BASE, WITH_ADAPTER);
            default -> {
                say("/adapter on, /adapter off, or /adapter both");
                return;
            }
        }
        say("answers come "
                + (adapters.size() == 2
                        ? "from the base and from the adapter; the conversation goes on with the adapter's"
                        : "with the adapter " + who));
    }

    /** Tells people whether an adapter answers, and in which form the model gets their messages. */
    public String introduction() {
        int adapter = adapters.get(0);
        PromptForm form = model.prompts().form(adapter);
        String who = adapter == AdapterRows.BASE ? "no adapter" : "with its adapter";
        if (!form.conversation()) {
            who += "; it learned plain text, so it continues yours without a chat format";
        } else if (!form.equals(PromptForm.PLAIN)) {
            who += "; messages get the form of the training data (" + PromptFormFile.NAME + ")";
        }
        return who + "; /help for commands";
    }

    private void say(String line) {
        out.accept(line + "\n");
    }

    private void answer(String question) {
        List<Message> messages = new ArrayList<>();
        if (system != null) {
            messages.add(new Message(Role.SYSTEM, system, false));
        }
        messages.addAll(history);
        messages.add(new Message(Role.USER, question, false));
        // Each turn draws by itself, and a conversation can be repeated.
        Sampling own = sampling.withSeed(RandomKeys.derive(sampling.seed(), turns++));
        long start = System.nanoTime();
        List<Answer> answers = new ArrayList<>();
        interrupted.set(false);
        try {
            for (int adapter : adapters) {
                Answer answer = new Answer(adapters.size() == 1);
                int[] prompt = model.prompts().encode(messages, adapter);
                answer.ticket = generator.submit(
                        new GenerationRequest(prompt, adapter, maxNewTokens, own, ends, List.of(), -1), answer);
                answers.add(answer);
            }
            boolean goesOn = true;
            while (goesOn) {
                if (interrupted.get()) {
                    answers.forEach(Answer::cancel);
                }
                goesOn = generator.step();
            }
            show(question, answers, start);
        } catch (UserException e) {
            say(e.getMessage() + "; /reset begins anew");
        } finally {
            answers.forEach(Answer::cancel);
            interrupted.set(true);
        }
    }

    private void show(String question, List<Answer> answers, long start) {
        List<Generation> generations =
                answers.stream().map(answer -> answer.submitted().await()).toList();
        if (generations.size() == 2) {
            beside.lines(
                            "BASE",
                            generations.get(0).text().strip(),
                            "ADAPTER",
                            generations.get(1).text().strip())
                    .forEach(this::say);
        } else {
            say("");
        }
        int tokens = generations.stream().mapToInt(each -> each.tokens().size()).sum();
        long first = answers.stream()
                .mapToLong(each -> each.first)
                .filter(each -> each > 0)
                .min()
                .orElse(System.nanoTime());
        double after = (System.nanoTime() - first) / 1e9;
        Generation last = generations.get(generations.size() - 1);
        say(String.format(
                Locale.ROOT,
                "[%d tokens, first after %.2f s, %.1f tokens/s%s]",
                tokens,
                (first - start) / 1e9,
                tokens > generations.size() && after > 0 ? (tokens - generations.size()) / after : 0,
                switch (last.reason()) {
                    case STOP -> "";
                    case LENGTH -> ", cut at " + last.tokens().size();
                    case CANCELLED -> ", interrupted";
                }));
        history.add(new Message(Role.USER, question, false));
        history.add(new Message(Role.ASSISTANT, last.text(), false));
    }

    /** An answer as it comes. */
    private final class Answer implements GenerationListener {
        private final boolean streams;
        private @Nullable Ticket ticket;
        private long first;

        Answer(boolean streams) {
            this.streams = streams;
        }

        Ticket submitted() {
            if (ticket == null) {
                throw new IllegalStateException("nothing was submitted");
            }
            return ticket;
        }

        void cancel() {
            if (ticket != null) {
                ticket.cancel();
            }
        }

        @Override
        public void token(GeneratedToken token) {
            first = first == 0 ? System.nanoTime() : first;
        }

        @Override
        public void text(String more) {
            if (streams) {
                out.accept(more);
            }
        }
    }

    @Override
    public void close() {
        generator.close();
    }
}
