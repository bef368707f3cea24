// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.error.DataException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Llama 2's {@code tokenizer.model}: SentencePiece's {@code ModelProto} ({@code sentencepiece_model.proto}). It is turned into what a
 * {@code tokenizer.json} says of the same vocabulary, as transformers' {@code convert_slow_tokenizer.py} does it.
 */
final class SentencePieceFile {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BLANK = "\u2581";
    private static final int UNIGRAM = 1;
    private static final int BPE = 2;
    private static final int NORMAL = 1;
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;

    private record Piece(String text, float score, int type) {}

    private final Path file;
    private final List<Piece> pieces = new ArrayList<>();
    // Defaults of the format.
    private int model = UNIGRAM;
    private boolean byteFallback;
    private int unknown;
    private int begin = 1;
    private int end = 2;
    private boolean dummyPrefix = true;
    private boolean removesBlanks = true;
    private byte[] charactersMap = new byte[0];

    private SentencePieceFile(Path file) {
        this.file = file;
    }

    /**
     * Reads the file, with the spelling of its beginning and end tokens.
     *
     * @throws DataException if it is broken
     */
    static TokenizerSource read(Path path, byte[] content) {
        SentencePieceFile file = new SentencePieceFile(path);
        try {
            file.parse(new ProtoFields(ByteBuffer.wrap(content)));
        } catch (IllegalArgumentException | BufferUnderflowException e) {
            throw new DataException(
                    path + " is neither a tokenizer of SentencePiece nor of tiktoken, or was cut off (" + e.getMessage()
                            + "); download it again",
                    e);
        }
        if (file.pieces.isEmpty() || (file.model != UNIGRAM && file.model != BPE)) {
            throw new DataException(path + " is no tokenizer of SentencePiece of the kinds unigram and BPE");
        }
        file.check();
        return file.source();
    }

    /** Refuses files that SentencePiece itself refuses. */
    private void check() {
        Set<String> texts = new HashSet<>();
        for (int i = 0; i < pieces.size(); i++) {
            String text = pieces.get(i).text;
            String what = text.isEmpty()
                    ? "is empty"
                    : text.length() > TokenizerFile.LONGEST_TOKEN
                            ? "has " + text.length() + " characters, more than any tokenizer's"
                            : texts.add(text) ? "" : "is that of an earlier token, too";
            if (!what.isEmpty()) {
                throw new DataException(
                        file + " is damaged: the text of token " + i + " " + what + "; download it again");
            }
        }
        if (unknown < 0 || unknown >= pieces.size()) {
            throw new DataException(file + " is damaged: it names token " + unknown + " for what is unknown, but has "
                    + pieces.size() + "; download it again");
        }
    }

    private void parse(ProtoFields fields) {
        for (int field = fields.next(); field != 0; field = fields.next()) {
            switch (field) {
                case 1 -> pieces.add(piece(new ProtoFields(fields.bytes())));
                case 2 -> trainer(new ProtoFields(fields.bytes()));
                case 3 -> normalizer(new ProtoFields(fields.bytes()));
                default -> fields.skip();
            }
        }
    }

    private static Piece piece(ProtoFields fields) {
        String text = "";
        float score = 0;
        int type = NORMAL;
        for (int field = fields.next(); field != 0; field = fields.next()) {
            switch (field) {
                case 1 -> text = StandardCharsets.UTF_8.decode(fields.bytes()).toString();
                case 2 -> score = fields.real();
                case 3 -> type = (int) fields.number();
                default -> fields.skip();
            }
        }
        return new Piece(text, score, type);
    }

    private void trainer(ProtoFields fields) {
        for (int field = fields.next(); field != 0; field = fields.next()) {
            switch (field) {
                case 3 -> model = (int) fields.number();
                case 35 -> byteFallback = fields.number() != 0;
                case 40 -> unknown = (int) fields.number();
                case 41 -> begin = (int) fields.number();
                case 42 -> end = (int) fields.number();
                default -> fields.skip();
            }
        }
    }

    private void normalizer(ProtoFields fields) {
        for (int field = fields.next(); field != 0; field = fields.next()) {
            switch (field) {
                case 2 -> {
                    ByteBuffer bytes = fields.bytes();
                    charactersMap = new byte[bytes.remaining()];
                    bytes.get(charactersMap);
                }
                case 3 -> dummyPrefix = fields.number() != 0;
                case 4 -> removesBlanks = fields.number() != 0;
                default -> fields.skip();
            }
        }
    }

    private TokenizerSource source() {
        TokenizerSettings beside = TokenizerSettings.read(
                Objects.requireNonNull(file.toAbsolutePath().getParent()));
        List<AddedToken> added = new ArrayList<>(AddedToken.beside(file, pieces.size()));
        Map<String, Integer> special = new HashMap<>();
        for (int i = 0; i < pieces.size(); i++) {
            Piece piece = pieces.get(i);
            if (piece.type == CONTROL || piece.type == UNKNOWN) {
                special.put(piece.text, i);
            } else if (piece.type == USER_DEFINED) {
                added.add(new AddedToken(i, piece.text, false));
            }
        }
        ObjectNode root = JSON.createObjectNode();
        ArrayNode found = root.put("version", "1.0").putArray("added_tokens");
        int count = pieces.size();
        added.sort(Comparator.comparingInt(AddedToken::id));
        for (AddedToken token : added) {
            count = Math.max(count, token.id() + 1);
            boolean control = token.special() || TokenizerFile.isControl(token.text(), beside.chatTemplate());
            if (control) {
                special.put(token.text(), token.id());
            }
            if (!control || token.id() >= pieces.size()) {
                // The library numbers added tokens by their order, so that it has to know the hidden ones too.
                String text = control ? TokenizerFile.hidden(token.text()) : token.text();
                new AddedToken(token.id(), text, false).write(found, keepsUserDefined());
            }
        }
        normalizers(root);
        decoders(root);
        ObjectNode target = root.putObject("model");
        if (model == UNIGRAM) {
            unigram(target, special.keySet());
        } else {
            pairs(target, special.keySet());
        }
        TokenizerFile made = new TokenizerFile(root.toString(), special, special.keySet(), count, dummyPrefix, false);
        return new TokenizerSource(
                made,
                TokenizerSettings.of(
                        known(beside.bos(), special, text(begin)),
                        known(beside.eos(), special, text(end)),
                        known(beside.pad(), special, null),
                        beside.chatTemplate()));
    }

    /** What the config beside the file says, if it is a token. */
    private static @Nullable String known(
            @Nullable String spelling, Map<String, Integer> special, @Nullable String otherwise) {
        return spelling != null && special.containsKey(spelling) ? spelling : otherwise;
    }

    /** Whether normalizing changes nothing in pieces of the user but the spelling of blanks. */
    private boolean keepsUserDefined() {
        return !dummyPrefix && !removesBlanks && charactersMap.length == 0;
    }

    private @Nullable String text(int id) {
        if (id >= pieces.size()) {
            throw new DataException(
                    file + " is damaged: it names token " + id + ", but has " + pieces.size() + "; download it again");
        }
        return id < 0 ? null : pieces.get(id).text;
    }

    private void normalizers(ObjectNode root) {
        ArrayNode steps = root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
        if (charactersMap.length > 0) {
            steps.addObject()
                    .put("type", "Precompiled")
                    .put("precompiled_charsmap", Base64.getEncoder().encodeToString(charactersMap));
        }
        if (removesBlanks) {
            steps.addObject().put("type", "Strip").put("strip_left", true).put("strip_right", true);
            replace(steps.addObject(), "Regex", " {2,}", " ");
        }
        if (dummyPrefix) {
            steps.addObject().put("type", "Prepend").put("prepend", BLANK);
        }
        replace(steps.addObject(), "String", " ", BLANK);
    }

    private static void replace(ObjectNode step, String kind, String what, String by) {
        step.put("type", "Replace").put("content", by).putObject("pattern").put(kind, what);
    }

    private void decoders(ObjectNode root) {
        ArrayNode steps = root.putObject("decoder").put("type", "Sequence").putArray("decoders");
        replace(steps.addObject(), "String", BLANK, " ");
        steps.addObject().put("type", "ByteFallback");
        steps.addObject().put("type", "Fuse");
        if (dummyPrefix) {
            steps.addObject()
                    .put("type", "Strip")
                    .put("content", " ")
                    .put("start", 1)
                    .put("stop", 0);
        }
    }

    private void unigram(ObjectNode target, Set<String> hidden) {
        target.put("type", "Unigram").put("unk_id", unknown).put("byte_fallback", byteFallback);
        ArrayNode vocabulary = target.putArray("vocab");
        for (Piece piece : pieces) {
            // A piece that no text can spell gets a spelling that no text can have.
            vocabulary.addArray().add(spelling(piece, hidden)).add((double) piece.score);
        }
    }

    private void pairs(ObjectNode target, Set<String> hidden) {
        target.put("type", "BPE")
                .put("fuse_unk", true)
                .put("byte_fallback", byteFallback)
                .put("unk_token", spelling(pieces.get(unknown), hidden));
        Map<String, Integer> ids = new LinkedHashMap<>();
        Map<String, Integer> ranks = new HashMap<>();
        List<String> merged = new ArrayList<>();
        for (int i = 0; i < pieces.size(); i++) {
            Piece piece = pieces.get(i);
            ids.put(spelling(piece, hidden), i);
            if (piece.type == NORMAL) {
                merged.add(piece.text);
            }
        }
        List<Piece> byScore = new ArrayList<>(pieces);
        byScore.sort((a, b) -> Float.compare(b.score, a.score));
        int rank = 0;
        for (int i = 0; i < byScore.size(); i++) {
            // Equal scores are equal in rank: the order of their parts decides.
            rank = i > 0 && byScore.get(i).score == byScore.get(i - 1).score ? rank : i;
            ranks.put(byScore.get(i).text, rank);
        }
        ObjectNode vocabulary = target.putObject("vocab");
        ids.forEach(vocabulary::put);
        MergeRules.write(ids, merged, ranks::get, target.putArray("merges"));
    }

    private static String spelling(Piece piece, Set<String> hidden) {
        return hidden.contains(piece.text) ? TokenizerFile.hidden(piece.text) : piece.text;
    }
}
