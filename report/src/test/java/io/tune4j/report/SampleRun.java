// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.recipe.RunEvent;
import io.tune4j.api.recipe.RunEvent.Answer;
import io.tune4j.api.recipe.RunEvent.Answered;
import io.tune4j.api.recipe.RunEvent.Begun;
import io.tune4j.api.recipe.RunEvent.DataSet;
import io.tune4j.api.recipe.RunEvent.MemoryMeasured;
import io.tune4j.api.recipe.RunEvent.Peak;
import io.tune4j.api.recipe.RunEvent.Saved;
import io.tune4j.api.recipe.RunEvent.Stepped;
import io.tune4j.api.recipe.RunEvent.Validated;
import io.tune4j.report.journal.Entries;
import io.tune4j.report.journal.Journal;
import io.tune4j.report.journal.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Writes the journal of a run that never was, one step after the other. */
public final class SampleRun implements AutoCloseable {
    private static final double GIB = 1L << 30;

    private final Path folder;
    private final Journal journal;
    private final Random random;
    private final long steps;
    private final double rate;
    private final double floor;
    private long time = 1_790_000_000_000L;

    public SampleRun(Path folder, long steps, long seed) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.journal = Journal.open(folder);
        this.random = new Random(seed);
        this.steps = steps;
        this.rate = 6 + seed % 4;
        this.floor = 0.9 + 0.04 * (seed % 5);
    }

    /** Moves the run's clock. */
    public SampleRun at(long millis) {
        time = millis;
        return this;
    }

    /** The first entry. */
    public SampleRun begin(long firstStep) throws IOException {
        int[] lengths = random.ints(440, 20, 240).toArray();
        ObjectNode entry = Entries.of(
                new Begun(
                        folder,
                        firstStep,
                        steps,
                        (int) Math.max(1, steps / 3),
                        Map.of("model", "Llama, 8 layers of 256", "adapter", "LoRA, rank 16"),
                        List.of(
                                new DataSet("dataset", "440 records of train.json", lengths, 57_000, 14_000),
                                new DataSet(
                                        "dataset_val", "3 records of validation.json", new int[] {9, 20, 31}, 60, 15)),
                        6L << 30),
                time);
        Machine.addTo(entry.put("version", "0.2.0")
                .put("recipe", "lora_finetune_single_device")
                .put("source", "quickstart"));
        entry.putObject("defaults").put("model.lora_rank", "8").put("dtype", "fp32");
        journal.add(entry);
        return this;
    }

    public SampleRun tell(RunEvent event) throws IOException {
        journal.add(Entries.of(event, time));
        return this;
    }

    public SampleRun step(long step) throws IOException {
        time += 400;
        double x = (double) step / steps;
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("loss", floor + 2.9 * Math.exp(-rate * x) + 0.08 * random.nextGaussian());
        metrics.put("lr", 2e-3 * Math.min(1, 20 * x) * (0.5 + 0.5 * Math.cos(Math.PI * x)));
        metrics.put("grad_norm", Math.abs(0.5 + Math.exp(-5 * x) + 0.1 * random.nextGaussian()));
        metrics.put("tokens_per_second", 11_500 + 300 * random.nextGaussian());
        metrics.put("step_seconds", 0.4);
        metrics.put("data_wait_seconds", 1e-4);
        metrics.put("memory_now", 0.36 + 0.02 * x);
        return tell(new Stepped(step, metrics));
    }

    public SampleRun validate(long step) throws IOException {
        double x = (double) step / steps;
        return tell(new Validated(step, floor + 0.15 + 2.9 * Math.exp(-rate * x) + 0.16 * x * x));
    }

    /** All steps from the first, with validations, and what a run tells at its end. */
    public SampleRun train() throws IOException {
        train(steps);
        tell(new Saved(steps, folder.resolve("checkpoints")));
        tell(new MemoryMeasured(List.of(
                new Peak("load", (long) (0.31 * GIB), (long) (0.09 * GIB)),
                new Peak("training", (long) (0.42 * GIB), (long) (0.09 * GIB)))));
        return tell(new Answered(List.of(
                new Answer("Name the hypernym of spaniel.", "a the of kind", "A kind of <dog>.", "A kind of <dog>."))));
    }

    /** The first steps, with validations. */
    public SampleRun train(long first) throws IOException {
        begin(0).validate(0);
        for (long step = 1; step <= first; step++) {
            step(step);
            if (step % Math.max(1, steps / 12) == 0) {
                validate(step);
            }
        }
        return this;
    }

    public SampleRun warn(String text) throws IOException {
        journal.add(Entries.warning(text, time));
        return this;
    }

    public SampleRun end(String outcome, String message) throws IOException {
        journal.add(Entries.ended(outcome, message, time));
        return this;
    }

    @Override
    public void close() throws IOException {
        journal.close();
    }
}
