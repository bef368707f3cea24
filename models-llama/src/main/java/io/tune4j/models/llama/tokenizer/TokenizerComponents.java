package io.tune4j.models.llama.tokenizer;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.TokenizerProvider;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tokenizers by name; those with torchtune's names fix the prompt format. */
public final class TokenizerComponents implements ComponentFactory<TokenizerProvider> {
    private final String name;
    private final List<String> aliases;
    private final String summary;
    private final ChatFormatName format;

    private TokenizerComponents(String name, List<String> aliases, String summary, ChatFormatName format) {
        this.name = name;
        this.aliases = aliases;
        this.summary = summary;
        this.format = format;
    }

    /** All of them. */
    public static List<ComponentFactory<?>> all() {
        return List.of(
                new TokenizerComponents(
                        "hf_tokenizer",
                        List.of(
                                "tokenizer_json",
                                "huggingface",
                                "torchtune.modules.transforms.tokenizers.HuggingFaceModelTokenizer"),
                        "a tokenizer.json with the prompt format of its model",
                        ChatFormatName.AUTO),
                new TokenizerComponents(
                        "llama3_tokenizer",
                        List.of("torchtune.models.llama3.llama3_tokenizer"),
                        "Llama 3's tokenizer.json and headers",
                        ChatFormatName.LLAMA3),
                new TokenizerComponents(
                        "llama2_tokenizer",
                        List.of("torchtune.models.llama2.llama2_tokenizer"),
                        "Llama 2's tokenizer.json and [INST] tags",
                        ChatFormatName.LLAMA2));
    }

    @Override
    public Class<TokenizerProvider> type() {
        return TokenizerProvider.class;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<String> aliases() {
        return aliases;
    }

    @Override
    public String summary() {
        return summary;
    }

    @Override
    public @Nullable TokenizerProvider create(ConfigReader options, ComponentContext context) {
        Integer limit = options.integerOrNull("max_seq_len");
        if (limit != null && limit < 2) {
            options.problem("max_seq_len", "expected at least 2, or null for no limit, found " + limit);
        }
        ChatFormatName chosen = options.choice("chat_format", ChatFormatName.class, format);
        options.accept("special_tokens_path", "tokenizer.json has the special tokens");
        if (!options.string("truncation_type", "right").equals("right")) {
            options.problem(
                    "truncation_type", "long samples are cut off at their end: set it to right, or leave it out");
        }
        if (options.has("prompt_template")) {
            options.problem(
                    "prompt_template",
                    "other templates are not supported; use chat_format: plain, llama2, llama3" + " or chatml");
        }
        Path file = file(options, context.checkpointDirectory());
        return file == null ? null : () -> HfTokenizer.open(file, chosen, limit);
    }

    /** The {@code tokenizer.json} that the path names, or that lies beside it or with the base model. */
    private static @Nullable Path file(ConfigReader options, @Nullable Path checkpointDirectory) {
        Path path = options.pathOrNull("path");
        if (path == null) {
            path = checkpointDirectory;
        }
        if (path == null) {
            options.problem("path", "missing; name a tokenizer.json or the folder that has one");
            return null;
        }
        Path inFolder = path.resolve(TokenizerFile.NAME);
        if (Files.isDirectory(path) && Files.exists(inFolder)) {
            return inFolder;
        }
        if (Files.isRegularFile(path) && path.toString().endsWith(".json")) {
            return path;
        }
        boolean sentencePiece = path.toString().endsWith(".model");
        if (sentencePiece) {
            // torchtune's configs name the original tokenizer.model; the same tokenizer lies in the folders around it.
            Path parent = path.toAbsolutePath().getParent();
            for (Path folder : new Path[] {parent, parent == null ? null : parent.getParent(), checkpointDirectory}) {
                if (folder != null && Files.exists(folder.resolve(TokenizerFile.NAME))) {
                    return folder.resolve(TokenizerFile.NAME);
                }
            }
        }
        options.missingFile(
                "path",
                sentencePiece
                        ? path
                                + " is in the format of SentencePiece or tiktoken; the tokenizer.json of the same model is"
                                + " read instead, but there is none beside it, above it or in the checkpoint's folder: download"
                                + " it there"
                        : "there is no " + TokenizerFile.NAME + " at " + path
                                + "; put it there, or set tokenizer.path to the file");
        return null;
    }
}
