package io.tune4j.models.llama.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.PromptTemplate;
import io.tune4j.api.data.PromptTemplate.Templated;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
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
    private static final List<String> ENDS =
            List.of("<|eot_id|>", "<|eom_id|>", "<|im_end|>", "<|end_of_text|>", "</s>");

    private static final Pattern STRIPPED = Pattern.compile(" +\\z");

    private final HuggingFaceTokenizer library;
    private final TokenizerFile file;
    private final TokenizerSettings settings;
    private final Path path;
    private final ChatFormat format;
    private final @Nullable PromptTemplate template;
    private final Truncation truncation;
    /** What a record may spell to have a special token, or null if it may not. */
    private final @Nullable Pattern allowed;
    /** Whether tokens for blanks alone exist, and so a text can be one that goes on. */
    private final int[] newline;

    private final Set<Integer> special;
    private final Set<Integer> ends;

    private HfTokenizer(HuggingFaceTokenizer library, TokenizerSource source, Path path, Options options) {
        this.library = library;
        this.file = source.file();
        this.settings = source.settings();
        this.path = path;
        this.truncation = options.truncation;
        this.allowed = options.allowsSpecialTokens ? MarkedText.spellings(specialTokens()) : null;
        this.special = Set.copyOf(file.specialTokens().values());
        this.ends = Stream.concat(ENDS.stream(), Stream.ofNullable(settings.eos()))
                .filter(file.specialTokens()::containsKey)
                .map(file.specialTokens()::get)
                .collect(Collectors.toSet());
        this.newline = encode("\n");
        ChatFormatName detected = options.format.detected(this);
        this.format = detected.of(this);
        this.template = options.template == null && detected == ChatFormatName.LLAMA2
                ? PromptTemplates::llama2
                : options.template;
    }

    /**
     * What a config says.
     *
     * @param template put around the messages, or null for what the format has
     * @param specialTokens instead of those that the file has, or null
     * @param allowsSpecialTokens whether a special token that a record spells is one, instead of text
     */
    record Options(
            ChatFormatName format,
            @Nullable PromptTemplate template,
            Truncation truncation,
            @Nullable Map<String, Integer> specialTokens,
            boolean allowsSpecialTokens) {}

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
        Map<String, String> switches = Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");
        try {
            HuggingFaceTokenizer library = load(source.file(), switches);
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
        } catch (UserException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new DataException(
                    path + " cannot be read as a tokenizer: " + e.getMessage()
                            + "; download it again, or convert it with transformers' save_pretrained",
                    e);
        }
    }

    private static HuggingFaceTokenizer load(TokenizerFile file, Map<String, String> options) throws IOException {
        try (LibraryLoader loader = LibraryLoader.of(HuggingFaceTokenizer.class)) {
            return HuggingFaceTokenizer.newInstance(
                    new ByteArrayInputStream(file.json().getBytes(StandardCharsets.UTF_8)), options);
        }
    }

    TokenizerSettings settings() {
        return settings;
    }

    /** The file's content, what is known beside it, and the special tokens that the config names. */
    @Override
    public String identity() {
        try {
            MessageDigest digest = Sha256.start();
            digest.update(Files.readAllBytes(path));
            digest.update((settings + " " + new TreeMap<>(file.specialTokens())).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new DataException("cannot read the tokenizer " + path + ": " + e.getMessage(), e);
        }
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
        Matcher token = allowed.matcher(text);
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
        return text.isEmpty()
                ? new int[0]
                : narrow(library.encode(text, false, false).getIds());
    }

    /**
     * A piece of a conversation. SentencePiece puts a blank before each text: the piece therefore loses the blanks at its end, which
     * the next one gets back so, and one that goes on right where another ended is encoded without.
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

    @Override
    public String decode(int[] ids) {
        long[] text = Arrays.stream(ids)
                .filter(id -> !special.contains(id))
                .asLongStream()
                .toArray();
        return text.length == 0 ? "" : library.decode(text, false);
    }

    @Override
    public TokenizedSample encodeMessages(String id, List<Message> messages) {
        TokenBuilder tokens = new TokenBuilder();
        format.conversation(templated(messages), tokens, truncation);
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
        tokens.addAll(encode(text), 1);
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
        tokens.addAll(encode(text), 0);
        tokens.addAll(encode(continuation), 1);
        tokens.add(eos(), 1);
        tokens.truncate(truncation, -1, 0);
        return tokens.sample(id);
    }

    @Override
    public int[] encodePrompt(List<Message> messages) {
        TokenBuilder tokens = new TokenBuilder();
        format.prompt(templated(messages), tokens);
        return tokens.tokens();
    }

    private List<Templated> templated(List<Message> messages) {
        return template == null ? messages.stream().map(Templated::of).toList() : template.apply(messages);
    }

    @Override
    public int vocabularySize() {
        return file.vocabularySize();
    }

    @Override
    public List<String> remarks() {
        return settings.pad() != null && settings.pad().equals(settings.eos())
                ? List.of("pad_token is the eos_token (" + settings.eos()
                        + "): trainers that pad mask it together with the padding, so that a model never learns to stop. Here"
                        + " nothing is padded and the end is trained, so there is nothing to do; elsewhere give these files a"
                        + " pad_token of their own")
                : List.of();
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
