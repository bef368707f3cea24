// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Conversation;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.PromptTemplate;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.TuneException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.CodeIdentity;
import io.tune4j.api.io.Sha256;
import io.tune4j.tokenizers.jinja.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A vocabulary of any format by the tokenizers library of Hugging Face, with a prompt format. */
final class HfTokenizer implements Tokenizer {
    /** Tokens that end an answer, whatever the format. */
    private static final List<String> ENDS = List.of(
            "<|eot_id|>",
            "<|eom_id|>",
            "<|im_end|>",
            "<|end|>",
            "<end_of_turn>",
            "<|end_of_text|>",
            "<|endoftext|>",
            "</s>");

    private static final Pattern STRIPPED = Pattern.compile(" +\\z");

    private final LibraryTokenizer library;
    private final TokenizerFile file;
    private final TokenizerSettings settings;
    private final Path path;
    private final ChatFormat format;
    private final TemplateOptions chatTemplate;
    private final Truncation truncation;
    /** The special tokens that a record may spell, or null if their spellings are text. */
    private final @Nullable SpecialSpellings allowed;
    /** The ids of a line break: a text after it gets no blank from SentencePiece. Empty if there is no such token. */
    private final int[] newline;

    private final Set<Integer> special;
    private final Set<Integer> ends;

    private HfTokenizer(LibraryTokenizer library, TokenizerSource source, Path path, Options options) {
        this.library = library;
        this.file = source.file();
        this.settings = source.settings();
        this.path = path;
        this.truncation = options.truncation;
        this.chatTemplate = options.chatTemplate;
        this.allowed = options.allowsSpecialTokens ? new SpecialSpellings(specialTokens()) : null;
        this.special = file.skipped().stream().map(file.specialTokens()::get).collect(Collectors.toUnmodifiableSet());
        this.ends = Stream.concat(ENDS.stream(), Stream.ofNullable(settings.eos()))
                .filter(file.specialTokens()::containsKey)
                .map(file.specialTokens()::get)
                .collect(Collectors.toSet());
        this.newline = encode("\n");
        checkIds();
        this.format = options.format.of(this, options.template, options.chatTemplate);
    }

    /**
     * The tokenizer options of a config.
     *
     * @param template text to put around messages, or null for the format's own
     * @param specialTokens instead of those that the file has, or null
     * @param allowsSpecialTokens whether a special token that a record spells is one, instead of text
     * @param chatTemplate for the checkpoint's chat template
     */
    record Options(
            ChatFormatName format,
            @Nullable PromptTemplate template,
            Truncation truncation,
            @Nullable Map<String, Integer> specialTokens,
            boolean allowsSpecialTokens,
            TemplateOptions chatTemplate) {
        /** Without options for a chat template. */
        Options(
                ChatFormatName format,
                @Nullable PromptTemplate template,
                Truncation truncation,
                @Nullable Map<String, Integer> specialTokens,
                boolean allowsSpecialTokens) {
            this(format, template, truncation, specialTokens, allowsSpecialTokens, TemplateOptions.NONE);
        }
    }

    /**
     * Reads the files.
     *
     * @param path of the {@code tokenizer.json} or {@code tokenizer.model}
     * @throws UserException if a file is missing or broken, or lacks a token that the format needs
     */
    static HfTokenizer open(Path path, Options options) {
        // Nothing here may ask the network for anything.
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        TokenizerSource read = TokenizerSource.read(path);
        TokenizerSource source = options.specialTokens == null ? read : read.with(options.specialTokens);
        try {
            LibraryTokenizer library = LibraryTokenizer.of(source.file().json());
            boolean done = false;
            try {
                HfTokenizer tokenizer = new HfTokenizer(library, source, path, options);
                done = true;
                return tokenizer;
            } finally {
                if (!done) {
                    library.close();
                }
            }
        } catch (TuneException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new DataException(
                    path + " cannot be read as a tokenizer: " + e.getMessage()
                            + "; download it again, or convert it with transformers' save_pretrained",
                    e);
        }
    }

    TokenizerSettings settings() {
        return settings;
    }

    /** The file's content, the settings beside it, and the special tokens that the config names. */
    @Override
    public String identity() {
        try {
            MessageDigest digest = Sha256.start();
            digest.update(Files.readAllBytes(path));
            // The way from text to tokens is code of this jar.
            digest.update(CodeIdentity.of(HfTokenizer.class).getBytes(StandardCharsets.UTF_8));
            digest.update((settings + " " + new TreeMap<>(file.specialTokens())).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new DataException("cannot read the tokenizer " + path + ": " + e.getMessage(), e);
        }
    }

    /** Fails if the library gives a control token another id than the file does. */
    private void checkIds() {
        if (!file.whole()) {
            return;
        }
        file.specialTokens().forEach((spelling, id) -> {
            int[] ids = encode(TokenizerFile.hidden(String.valueOf(id)));
            if (ids.length == 1 && ids[0] != id) {
                throw new DataException(
                        path + " says that " + spelling + " is token " + id + ", but the tokens before it make it "
                                + ids[0] + "; download it again, or write it anew with transformers' save_pretrained");
            }
        });
    }

    /** The spellings of all special tokens. */
    Set<String> specialTokens() {
        return file.specialTokens().keySet();
    }

    boolean has(String specialToken) {
        return file.specialTokens().containsKey(specialToken);
    }

    /** @throws UserException if there is no such special token */
    int id(String specialToken) {
        Integer id = file.specialTokens().get(specialToken);
        if (id == null) {
            throw new DataException(path + " has no special token " + specialToken
                    + ", which the prompt format needs; set tokenizer.chat_format to plain, llama2, llama3 or chatml");
        }
        return id;
    }

    /** The id of the token at the beginning, or -1 if there is none. */
    int bos() {
        return optional(settings.bos());
    }

    /** The id of the token at the end, or -1 if there is none. */
    int eos() {
        return optional(settings.eos());
    }

    /** @throws UserException if it is not known which token ends a text */
    void requireEnd() {
        if (eos() < 0) {
            throw new DataException(path + " says of no special token that it ends a text"
                    + (settings.eos() == null ? "" : " (eos_token is '" + settings.eos() + "', which it does not have)")
                    + "; put the model's tokenizer_config.json beside it, with its eos_token");
        }
    }

    private int optional(@Nullable String spelling) {
        return spelling == null ? -1 : file.specialTokens().getOrDefault(spelling, -1);
    }

    /** Whether a special token that a record spells is one. */
    boolean allowsSpecialTokens() {
        return allowed != null;
    }

    @Override
    public int[] encode(String text) {
        if (allowed == null) {
            return encodePlain(text);
        }
        IntStream.Builder ids = IntStream.builder();
        Matcher token = allowed.in(text);
        int from = 0;
        while (token.find()) {
            IntStream.of(encodePlain(text.substring(from, token.start()))).forEach(ids);
            ids.add(id(token.group()));
            from = token.end();
        }
        IntStream.of(encodePlain(text.substring(from))).forEach(ids);
        return ids.build().toArray();
    }

    private int[] encodePlain(String text) {
        return text.isEmpty() ? new int[0] : narrow(library.ids(text));
    }

    /**
     * A piece of a conversation. SentencePiece puts a blank before each text. So a piece loses the blanks at its end, which the next piece
     * gets back, and a piece that goes on right after another is encoded without the blank.
     *
     * @param continues whether it goes on without a blank
     */
    int[] encodePart(String text, boolean continues) {
        if (!file.prefixesSpace()) {
            return encode(text);
        }
        String stripped = STRIPPED.matcher(text).replaceFirst("");
        if (!continues || newline.length == 0) {
            return encode(stripped);
        }
        int[] behindNewline = encode("\n" + stripped);
        return Arrays.copyOfRange(behindNewline, newline.length, behindNewline.length);
    }

    private static int[] narrow(long[] ids) {
        return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
    }

    /**
     * Adds the tokens of what a template rendered. The whole text is given to the library at once, as transformers does, because
     * the characters beside a special token decide about blanks and the beginning of a word.
     *
     * @param weights how much each UTF-16 unit counts; a token counts if any of its characters does
     */
    void encode(Text text, float[] weights, SpecialSpellings spellings, TokenBuilder tokens) {
        String value = text.value();
        StringBuilder plain = new StringBuilder(value.length() + 64);
        float[] plainWeights = new float[value.length() + 64];
        Matcher token = spellings.in(value);
        int from = 0;
        while (from < value.length()) {
            boolean found = SpecialSpellings.next(token, text, from, allowed != null);
            int to = found ? token.start() : value.length();
            plainWeights = append(plain, plainWeights, value.substring(from, to), weights, from, 1);
            if (found && file.whole()) {
                String hidden = TokenizerFile.hidden(String.valueOf(id(token.group())));
                plainWeights = append(plain, plainWeights, hidden, weights, to, 0);
            } else if (found) {
                weighted(plain.toString(), plainWeights, tokens);
                plain.setLength(0);
                tokens.add(id(token.group()), weights[to]);
            }
            from = found ? token.end() : to;
        }
        weighted(plain.toString(), plainWeights, tokens);
    }

    /** Adds characters with the weights from a position on, or all with the one at the position. */
    private static float[] append(
            StringBuilder plain, float[] plainWeights, String part, float[] weights, int from, int step) {
        int at = plain.length();
        plain.append(part);
        float[] grown =
                plain.length() > plainWeights.length ? Arrays.copyOf(plainWeights, 2 * plain.length()) : plainWeights;
        for (int i = 0; i < part.length(); i++) {
            grown[at + i] = weights[from + i * step];
        }
        return grown;
    }

    private void weighted(String text, float[] weights, TokenBuilder tokens) {
        if (text.isEmpty()) {
            return;
        }
        LibraryTokenizer.Spans encoding = library.spans(text);
        long[] ids = encoding.ids();
        CharSpan[] spans = encoding.spans();
        // The library counts code points.
        int points = text.codePointCount(0, text.length());
        boolean narrow = points == text.length();
        int point = 0;
        int unit = 0;
        for (int i = 0; i < ids.length; i++) {
            float weight = 0;
            if (spans[i] != null) {
                int start = spans[i].getStart();
                int end = Math.min(Math.max(spans[i].getEnd(), start + 1), points);
                if (!narrow) {
                    unit = text.offsetByCodePoints(unit, start - point);
                    point = start;
                }
                int first = narrow ? start : unit;
                int last = narrow ? end : text.offsetByCodePoints(unit, end - start);
                for (int at = first; at < last; at++) {
                    weight = weights[at] > 0 ? weights[at] : weight;
                }
            }
            tokens.add(Math.toIntExact(ids[i]), weight);
        }
    }

    @Override
    public String decode(int[] ids) {
        long[] text = Arrays.stream(ids)
                .filter(id -> !special.contains(id))
                .asLongStream()
                .toArray();
        return text.length == 0 ? "" : file.spelled(library.decode(text));
    }

    @Override
    public TokenizedSample encodeMessages(String id, List<Message> messages) {
        return encodeConversation(id, Conversation.of(messages));
    }

    @Override
    public TokenizedSample encodeConversation(String id, Conversation conversation) {
        TokenBuilder tokens = new TokenBuilder();
        format.conversation(Surrogates.mended(conversation, tokens), tokens, truncation);
        if (tokens.size() == 0) {
            throw new DataException("record " + id + " has no text; fill it in or take it out");
        }
        return tokens.sample(id);
    }

    @Override
    public TokenizedSample encodeText(String id, String text, boolean withEnd) {
        TokenBuilder tokens = new TokenBuilder();
        if (bos() >= 0) {
            tokens.add(bos(), 1);
        }
        tokens.addAll(encode(Surrogates.mended(text, tokens)), 1);
        if (withEnd) {
            requireEnd();
            tokens.add(eos(), 1);
        }
        // One less, as in torchtune's TextCompletionDataset; a text that is cut off does not end.
        if (truncation.length() < Integer.MAX_VALUE) {
            tokens.truncate(new Truncation(truncation.length() - 1, truncation.left()), -1, 0);
        }
        if (tokens.size() == 0) {
            throw new DataException("record " + id + " has no text; fill it in or take it out");
        }
        return tokens.sample(id);
    }

    @Override
    public TokenizedSample encodeContinuation(String id, String text, String continuation) {
        requireEnd();
        TokenBuilder tokens = new TokenBuilder();
        if (bos() >= 0) {
            tokens.add(bos(), 0);
        }
        tokens.addAll(encode(Surrogates.mended(text, tokens)), 0);
        tokens.addAll(encode(Surrogates.mended(continuation, tokens)), 1);
        tokens.add(eos(), 1);
        tokens.truncate(truncation, -1, 0);
        return tokens.sample(id);
    }

    @Override
    public int[] encodePrompt(List<Message> messages) {
        TokenBuilder tokens = new TokenBuilder();
        format.prompt(Surrogates.mended(Conversation.of(messages), tokens), tokens);
        return tokens.tokens();
    }

    @Override
    public int vocabularySize() {
        return file.vocabularySize();
    }

    @Override
    public List<String> remarks() {
        List<String> remarks = new ArrayList<>();
        if (settings.pad() != null && settings.pad().equals(settings.eos())) {
            remarks.add("pad_token is the eos_token (" + settings.eos()
                    + "): trainers that pad mask it together with the padding, so that a model never learns to stop. Here nothing is"
                    + " padded and the end is trained, so there is nothing to do; elsewhere give these files a pad_token of their"
                    + " own");
        }
        if (format instanceof TemplateFormat && chatTemplate.isDated(settings.chatTemplate())) {
            remarks.add("the chat template writes today's date, so the tokens are others on another day;"
                    + " tokenizer.chat_template_date=" + LocalDate.now() + " keeps them the same");
        }
        return remarks;
    }

    @Override
    public String spelling(int id) {
        return file.specialTokens().entrySet().stream()
                .filter(token -> token.getValue() == id)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("<" + id + ">");
    }

    @Override
    public boolean isEnd(int id) {
        return ends.contains(id);
    }

    @Override
    public void close() {
        library.close();
    }
}
