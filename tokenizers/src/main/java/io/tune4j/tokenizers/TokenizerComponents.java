// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.PromptTemplate;
import io.tune4j.api.data.TokenizerProvider;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The tokenizers by name; those with torchtune's names fix the prompt format. */
public final class TokenizerComponents implements ComponentFactory<TokenizerProvider> {
    private static final String TEMPLATE = "prompt_template";

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
                        "Llama 3's tokenizer.model or tokenizer.json, and its headers",
                        ChatFormatName.LLAMA3),
                new TokenizerComponents(
                        "llama2_tokenizer",
                        List.of("torchtune.models.llama2.llama2_tokenizer"),
                        "Llama 2's tokenizer.model or tokenizer.json, and its [INST] tags",
                        ChatFormatName.LLAMA2),
                new TokenizerComponents(
                        "mistral_tokenizer",
                        List.of("torchtune.models.mistral.mistral_tokenizer"),
                        "Mistral's tokenizer.model or tokenizer.json; its [INST] tags are MistralChatTemplate",
                        ChatFormatName.PLAIN),
                new TokenizerComponents(
                        "gemma_tokenizer",
                        List.of("torchtune.models.gemma.gemma_tokenizer", "torchtune.models.gemma2.gemma_tokenizer"),
                        "Gemma's tokenizer.model or tokenizer.json, without tags",
                        ChatFormatName.PLAIN),
                new TokenizerComponents(
                        "qwen2_tokenizer",
                        List.of("torchtune.models.qwen2.qwen2_tokenizer"),
                        "Qwen 2's vocab.json and merges.txt or tokenizer.json, and its ChatML",
                        ChatFormatName.QWEN2),
                new TokenizerComponents(
                        "qwen2_5_tokenizer",
                        List.of("torchtune.models.qwen2_5.qwen2_5_tokenizer"),
                        "Qwen 2.5's vocab.json and merges.txt or tokenizer.json, and its ChatML",
                        ChatFormatName.QWEN2),
                new TokenizerComponents(
                        "phi3_mini_tokenizer",
                        List.of("torchtune.models.phi3.phi3_mini_tokenizer"),
                        "Phi-3's tokenizer.model or tokenizer.json, and its <|user|> and <|end|>",
                        ChatFormatName.PHI3),
                new TokenizerComponents(
                        "phi4_tokenizer",
                        List.of("torchtune.models.phi4.phi4_tokenizer"),
                        "Phi-4's tokenizer.json, and its <|im_sep|>",
                        ChatFormatName.PHI4));
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
        String cut = options.string("truncation_type", "right");
        if (!cut.equals("right") && !cut.equals("left")) {
            options.problem("truncation_type", "expected right or left (which end is cut off), found '" + cut + "'");
        }
        Truncation truncation = limit == null ? Truncation.NONE : new Truncation(limit, cut.equals("left"));
        PromptTemplate template = template(options, context);
        // torchtune's way to say that Llama 2's tags are not wanted.
        boolean none = options.keys().contains(TEMPLATE) && !options.has(TEMPLATE);
        ChatFormatName used =
                (none || template != null) && chosen == ChatFormatName.LLAMA2 ? ChatFormatName.PLAIN : chosen;
        Path special = options.pathOrNull("special_tokens_path");
        boolean allowsSpecialTokens = options.bool("allow_special_tokens", false);
        TemplateOptions chatTemplate = TemplateOptions.read(options);
        Path file = file(options, context.checkpointDirectory());
        return file == null
                ? null
                : () -> HfTokenizer.open(
                        file,
                        new HfTokenizer.Options(
                                used,
                                template,
                                truncation,
                                special == null ? null : TiktokenFile.specialTokens(special),
                                allowsSpecialTokens,
                                chatTemplate));
    }

    private static @Nullable PromptTemplate template(ConfigReader options, ComponentContext context) {
        ConfigReader section = options.componentSectionOrNull(TEMPLATE);
        if (section == null) {
            return null;
        }
        return section.has("_component_")
                ? context.components().create(PromptTemplate.class, section, context)
                : PromptTemplates.read(section);
    }

    private static boolean isGguf(Path path) {
        return path.toString().toLowerCase(Locale.ROOT).endsWith(".gguf") && Files.isRegularFile(path);
    }

    /** The {@code tokenizer.json} that the path names, or that lies beside it or with the base model. */
    private static @Nullable Path file(ConfigReader options, @Nullable Path checkpointDirectory) {
        // torchtune's names of a vocabulary's second file; it is looked for beside the first.
        List.of("merges_file", "merges_path").forEach(options::claim);
        Path path = options.pathOrNull("path");
        if (path == null) {
            path = options.pathOrNull("vocab_path");
        }
        if (path != null && checkpointDirectory != null && isGguf(path)) {
            // The checkpointer has made a folder of the base model's file, with its tokenizer.
            options.notices().add("the tokenizer is the one in " + checkpointDirectory + ", not that in " + path);
            path = checkpointDirectory;
        }
        if (path == null) {
            path = checkpointDirectory;
        }
        if (path == null) {
            options.problem("path", "missing; name a tokenizer.json or the folder that has one");
            return null;
        }
        for (String name :
                new String[] {TokenizerFile.NAME, "tokenizer.model", "original/tokenizer.model", MergesFile.NAME}) {
            if (Files.isRegularFile(path.resolve(name))) {
                return path.resolve(name);
            }
        }
        if (path.endsWith(MergesFile.NAME) && Files.isRegularFile(path.resolveSibling(TokenizerFile.NAME))) {
            return path.resolveSibling(TokenizerFile.NAME);
        }
        if (Files.isRegularFile(path) && path.toString().endsWith(".json")) {
            return path;
        }
        boolean original = path.toString().endsWith(".model") || path.endsWith(MergesFile.NAME);
        if (original && Files.isRegularFile(path)) {
            return path;
        }
        if (original) {
            // torchtune's configs name the original tokenizer.model; where it was not downloaded, the same tokenizer
            // lies in the folders around it.
            Path parent = path.toAbsolutePath().getParent();
            for (Path folder : new Path[] {parent, parent == null ? null : parent.getParent(), checkpointDirectory}) {
                if (folder != null && Files.exists(folder.resolve(TokenizerFile.NAME))) {
                    return folder.resolve(TokenizerFile.NAME);
                }
            }
        }
        options.missingFile(
                "path",
                original
                        ? "there is no tokenizer at " + path
                                + ", and no tokenizer.json beside it, above it or in the checkpoint's folder: download"
                                + " it there"
                        : "there is no " + TokenizerFile.NAME + " at " + path
                                + "; put it there, or set tokenizer.path to the file");
        return null;
    }
}
