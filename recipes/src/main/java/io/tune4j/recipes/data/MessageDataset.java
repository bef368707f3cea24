package io.tune4j.recipes.data;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Dataset;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Packing;
import io.tune4j.api.data.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Conversations in memory as text, tokenized when asked for. */
final class MessageDataset implements Dataset {
    private record Sample(String id, List<Message> messages) {}

    private final Tokenizer tokenizer;
    private final List<Path> files;
    private final @Nullable Packing packing;
    private final List<Sample> samples = new ArrayList<>();

    /** Reads all files. */
    MessageDataset(List<Path> files, RecordFormat format, Tokenizer tokenizer, @Nullable Packing packing) {
        this.packing = packing;
        this.tokenizer = tokenizer;
        this.files = List.copyOf(files);
        JsonRecords.read(files, (record, id) -> samples.add(new Sample(id, format.messages(record, id))));
    }

    @Override
    public int size() {
        return samples.size();
    }

    @Override
    public TokenizedSample get(int index) {
        Sample sample = samples.get(index);
        return tokenizer.encodeMessages(sample.id, sample.messages);
    }

    @Override
    public @Nullable Packing packing() {
        return packing;
    }

    @Override
    public String describe() {
        return samples.size() + " records of "
                + files.stream().map(file -> file.getFileName().toString()).collect(Collectors.joining(", "));
    }
}
