// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Dataset;
import io.tune4j.api.data.Dataset.SampleSink;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * An instruction data set as tokens, as such data usually are: every record begins with the same head (a template's system part), and
 * the lengths of prompts and answers are log-normal, so that most records are short and some are long.
 *
 * <p>One {@link Random} with the seed 20 draws everything in order: the head's 40 tokens, then for each record the two lengths and the
 * tokens, evenly from the vocabulary. A prompt has {@code exp(N(3.5, 0.6))} tokens after the head (median 33), an answer {@code exp(N(4.2, 0.8))}
 * (median 67), both cut to 4 at least and to 512 tokens in all. The answer is trained, the rest is not.
 *
 * <p>A file has a JSON object for each record: {@code tokens}, and in {@code prompt} how many of them come before the answer.
 */
public final class InstructMix implements Dataset {
    static final int RECORDS = 2000;
    private static final int HEAD = 40;
    private static final long SEED = 20;
    private static final int LEAST = 4;
    private static final int MOST = 512;

    private final List<TokenizedSample> samples;

    private InstructMix(List<TokenizedSample> samples) {
        this.samples = List.copyOf(samples);
    }

    /** Writes the records to a file: {@code FILE VOCABULARY}. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 2) {
            throw new IllegalArgumentException("usage: FILE VOCABULARY-SIZE");
        }
        write(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
    }

    /** Writes the records for a shape, named as the benchmarks' options name it. */
    public static void write(Path file, String shape) throws IOException {
        write(file, Shape.valueOf(shape).vocabulary);
    }

    private static void write(Path file, int vocabulary) throws IOException {
        ObjectMapper json = new ObjectMapper();
        Random random = new Random(SEED);
        int[] head = random.ints(HEAD, 0, vocabulary).toArray();
        try (BufferedWriter writer = Files.newBufferedWriter(file)) {
            for (int i = 0; i < RECORDS; i++) {
                int prompt = length(random, 3.5, 0.6, MOST - HEAD - LEAST);
                int answer = length(random, 4.2, 0.8, MOST - HEAD - prompt);
                int[] tokens = Arrays.copyOf(head, HEAD + prompt + answer);
                for (int t = HEAD; t < tokens.length; t++) {
                    tokens[t] = random.nextInt(vocabulary);
                }
                Map<String, Object> record = new LinkedHashMap<>();
                record.put("prompt", HEAD + prompt);
                record.put("tokens", tokens);
                writer.write(json.writeValueAsString(record));
                writer.newLine();
            }
        }
    }

    private static int length(Random random, double mean, double deviation, int most) {
        long drawn = Math.round(Math.exp(mean + deviation * random.nextGaussian()));
        return (int) Math.max(LEAST, Math.min(most, drawn));
    }

    /** The first records of a file. */
    static InstructMix read(Path file, int count) throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<TokenizedSample> samples = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            if (samples.size() == count) {
                break;
            }
            FileRecord record = json.readValue(line, FileRecord.class);
            boolean[] trained = new boolean[record.tokens().length];
            Arrays.fill(trained, record.prompt(), trained.length, true);
            samples.add(new TokenizedSample(file.getFileName() + "#" + samples.size(), record.tokens(), trained));
        }
        return new InstructMix(samples);
    }

    /**
     * A line.
     *
     * @param prompt tokens that are not trained
     * @param tokens all of them
     */
    record FileRecord(int prompt, int[] tokens) {}

    @Override
    public void read(SampleSink sink) {
        samples.forEach(sink::sample);
    }

    @Override
    public String describe() {
        return "records of the instruction mix";
    }
}
