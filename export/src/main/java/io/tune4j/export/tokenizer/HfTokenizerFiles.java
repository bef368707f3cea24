// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.tokenizer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.error.DataException;
import io.tune4j.export.gguf.GgufMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code tokenizer.json}, {@code tokenizer_config.json} and {@code generation_config.json} from the keys of a GGUF file. */
public final class HfTokenizerFiles {
    private static final String PREFIX = "tokenizer.ggml.";
    private static final String BLANK = "\u2581";

    /** Characters; those of real vocabularies have some hundred at most. */
    private static final int LONGEST_TOKEN = 4096;

    private final GgufMetadata keys;
    private final Path file;
    private final List<String> tokens;
    private final List<Long> kinds;

    private HfTokenizerFiles(GgufMetadata keys, Path file) {
        this.keys = keys;
        this.file = file;
        this.tokens = keys.texts(PREFIX + "tokens");
        this.kinds = keys.integers(PREFIX + "token_type");
        if (tokens.isEmpty() || !kinds.isEmpty() && kinds.size() != tokens.size()) {
            throw new DataException(file + " has " + tokens.size() + " tokens with " + kinds.size()
                    + " kinds of tokens; take another conversion of the model");
        }
    }

    /**
     * Writes the files into a folder.
     *
     * @param form what is taken away from the chat template
     * @param file for messages
     * @throws DataException if the tokenizer is of a kind that is not known here
     */
    public static void write(Path folder, GgufMetadata keys, PromptForm form, Path file) throws IOException {
        HfTokenizerFiles files = new HfTokenizerFiles(keys, file);
        Files.writeString(folder.resolve("tokenizer.json"), files.tokenizer().toString());
        Files.writeString(
                folder.resolve("tokenizer_config.json"), files.settings(form).toPrettyString() + "\n");
        Files.writeString(
                folder.resolve("generation_config.json"), files.generation().toPrettyString() + "\n");
    }

    private ObjectNode tokenizer() {
        String kind = keys.text(PREFIX + "model");
        ObjectNode root = JsonNodeFactory.instance.objectNode().put("version", "1.0");
        root.putNull("truncation");
        root.putNull("padding");
        added(root.putArray("added_tokens"));
        switch (kind) {
            case "gpt2" -> byteLevel(root);
            case "llama" -> withBlanks(root);
            default ->
                throw new DataException(file + " has a tokenizer of kind '" + kind
                        + "', which is not read here; gpt2 and llama are. Take the model's safetensors files");
        }
        beginning(root);
        return root;
    }

    private void added(ArrayNode added) {
        for (int id = 0; id < tokens.size(); id++) {
            long kind = kind(id);
            if (kind == GgufTokenizer.CONTROL || kind == GgufTokenizer.USER_DEFINED || kind == GgufTokenizer.UNKNOWN) {
                added.addObject()
                        .put("id", id)
                        .put("content", tokens.get(id))
                        .put("single_word", false)
                        .put("lstrip", false)
                        .put("rstrip", false)
                        .put("normalized", false)
                        .put("special", kind != GgufTokenizer.USER_DEFINED);
            }
        }
    }

    private long kind(int id) {
        return kinds.isEmpty() ? GgufTokenizer.NORMAL : kinds.get(id);
    }

    private void byteLevel(ObjectNode root) {
        String name = keys.textOrNull(PREFIX + "pre");
        PreTokenizers pre = PreTokenizers.named(name == null ? "gpt-2" : name)
                .orElseThrow(() -> new DataException(file + " cuts texts into words by '" + name
                        + "', which is not known here; take the model's safetensors files"));
        root.putNull("normalizer");
        root.set("pre_tokenizer", pre.json());
        root.putObject("decoder")
                .put("type", "ByteLevel")
                .put("add_prefix_space", true)
                .put("trim_offsets", true)
                .put("use_regex", true);
        ObjectNode model = model(root, false, null);
        model.put("ignore_merges", pre.ignoresMerges());
        ArrayNode merges = model.putArray("merges");
        keys.texts(PREFIX + "merges").forEach(merges::add);
    }

    private void withBlanks(ObjectNode root) {
        boolean prefix = keys.isTrue(PREFIX + "add_space_prefix", true);
        ObjectNode normalizer = root.putObject("normalizer").put("type", "Sequence");
        ArrayNode steps = normalizer.putArray("normalizers");
        if (prefix) {
            steps.addObject().put("type", "Prepend").put("prepend", BLANK);
        }
        ObjectNode blanks = steps.addObject().put("type", "Replace");
        blanks.putObject("pattern").put("String", " ");
        blanks.put("content", BLANK);
        root.putNull("pre_tokenizer");
        ArrayNode decoders = root.putObject("decoder").put("type", "Sequence").putArray("decoders");
        ObjectNode back = decoders.addObject().put("type", "Replace");
        back.putObject("pattern").put("String", BLANK);
        back.put("content", " ");
        decoders.addObject().put("type", "ByteFallback");
        decoders.addObject().put("type", "Fuse");
        if (prefix) {
            decoders.addObject()
                    .put("type", "Strip")
                    .put("content", " ")
                    .put("start", 1)
                    .put("stop", 0);
        }
        ArrayNode merges = model(root, true, text("unknown_token_id")).putArray("merges");
        merges().forEach(merge -> merges.addArray().add(merge.left).add(merge.right));
    }

    private ObjectNode model(ObjectNode root, boolean bytes, @Nullable String unknown) {
        ObjectNode model = root.putObject("model").put("type", "BPE");
        model.putNull("dropout");
        if (unknown == null) {
            model.putNull("unk_token");
        } else {
            model.put("unk_token", unknown);
        }
        model.putNull("continuing_subword_prefix");
        model.putNull("end_of_word_suffix");
        model.put("fuse_unk", bytes).put("byte_fallback", bytes);
        ObjectNode vocabulary = model.putObject("vocab");
        for (int id = 0; id < tokens.size(); id++) {
            if (kind(id) != GgufTokenizer.UNUSED) {
                vocabulary.put(tokens.get(id), id);
            }
        }
        return model;
    }

    /** Two tokens that may become one. */
    private record Merge(String left, String right, int leftId, int rightId, double score) {}

    /** Every way to cut a token into two others, the best tokens first, as transformers makes them of a SentencePiece model. */
    private List<Merge> merges() {
        List<Double> scores = keys.numbers(PREFIX + "scores");
        if (scores.size() != tokens.size()) {
            throw new DataException(file + " has " + scores.size() + " scores for " + tokens.size()
                    + " tokens; take another conversion of the model");
        }
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < tokens.size(); id++) {
            ids.put(tokens.get(id), id);
        }
        List<Merge> merges = new ArrayList<>();
        for (int id = 0; id < tokens.size(); id++) {
            String token = tokens.get(id);
            if (token.length() > LONGEST_TOKEN) {
                throw new DataException(file + " has a token of " + token.length() + " characters; take another"
                        + " conversion of the model");
            }
            for (int cut = 1; kind(id) == GgufTokenizer.NORMAL && cut < token.length(); cut++) {
                Integer left = ids.get(token.substring(0, cut));
                Integer right = ids.get(token.substring(cut));
                if (left != null && right != null) {
                    merges.add(new Merge(token.substring(0, cut), token.substring(cut), left, right, scores.get(id)));
                }
            }
        }
        merges.sort(Comparator.comparingDouble((Merge merge) -> -merge.score)
                .thenComparingInt(merge -> merge.leftId)
                .thenComparingInt(merge -> merge.rightId));
        return merges;
    }

    private void beginning(ObjectNode root) {
        String bos = text("bos_token_id");
        if (bos == null || !keys.isTrue(PREFIX + "add_bos_token", false)) {
            root.putNull("post_processor");
            return;
        }
        ObjectNode processor = root.putObject("post_processor").put("type", "TemplateProcessing");
        for (String[] form : new String[][] {{"single", "A"}, {"pair", "A", "B"}}) {
            ArrayNode parts = processor.putArray(form[0]);
            for (int i = 1; i < form.length; i++) {
                parts.addObject().putObject("SpecialToken").put("id", bos).put("type_id", i - 1);
                parts.addObject().putObject("Sequence").put("id", form[i]).put("type_id", i - 1);
            }
        }
        ObjectNode special = processor.putObject("special_tokens").putObject(bos);
        special.put("id", bos);
        special.putArray("ids").add(keys.integer(PREFIX + "bos_token_id"));
        special.putArray("tokens").add(bos);
    }

    private @Nullable String text(String key) {
        long id = keys.integer(PREFIX + key, -1);
        return id >= 0 && id < tokens.size() ? tokens.get((int) id) : null;
    }

    private ObjectNode settings(PromptForm form) {
        ObjectNode settings = JsonNodeFactory.instance.objectNode();
        settings.put("tokenizer_class", "PreTrainedTokenizerFast");
        settings.put("add_bos_token", keys.isTrue(PREFIX + "add_bos_token", false));
        settings.put("add_eos_token", keys.isTrue(PREFIX + "add_eos_token", false));
        settings.put("clean_up_tokenization_spaces", false);
        putText(settings, "bos_token", "bos_token_id");
        putText(settings, "eos_token", "eos_token_id");
        putText(settings, "unk_token", "unknown_token_id");
        putText(settings, "pad_token", "padding_token_id");
        String template = AskingTemplate.without(form, keys);
        if (template != null) {
            settings.put("chat_template", template);
        }
        return settings;
    }

    private void putText(ObjectNode settings, String name, String key) {
        String text = text(key);
        if (text != null) {
            settings.put(name, text);
        }
    }

    private ObjectNode generation() {
        ObjectNode generation = JsonNodeFactory.instance.objectNode();
        ArrayNode ends = generation.putArray("eos_token_id");
        for (String key : List.of("eos_token_id", "eot_token_id")) {
            if (keys.has(PREFIX + key)) {
                ends.add(keys.integer(PREFIX + key));
            }
        }
        return generation;
    }
}
