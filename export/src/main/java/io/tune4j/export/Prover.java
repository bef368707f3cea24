// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.plugin.Components;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.tensor.DType;
import io.tune4j.export.StoppableExport.StoppedException;
import io.tune4j.export.adapter.AdapterFolder;
import io.tune4j.export.files.ExportListener;
import io.tune4j.export.gguf.GgufFile;
import io.tune4j.export.model.HfExport;
import io.tune4j.export.model.HfImport;
import io.tune4j.export.model.HfModel;
import io.tune4j.export.proof.Candidate;
import io.tune4j.export.proof.LlamaServer;
import io.tune4j.export.proof.Proof;
import io.tune4j.export.proof.Proof.Answers;
import io.tune4j.export.tokenizer.AskingTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Compares the answers of an exported model with those of the model that was trained, both computed here in fp32. */
record Prover(
        ProofOptions options,
        Components components,
        Supplier<Backend> backends,
        Console console,
        Cancellation cancellation) {
    /**
     * Prints how many answers are equal.
     *
     * @param source what was exported
     * @param target the file or folder that was written
     * @param encoding of its matrices, for messages
     * @return null if it was cancelled
     */
    @Nullable
    Proof prove(ExportSource source, Path target, String encoding) {
        console.line("proof        " + options.prompts().size() + " prompts, answered by the trained model and by "
                + target);
        Path scratch = AtomicFiles.reserveTemporary(target.toAbsolutePath().resolveSibling("proof"));
        try {
            Files.createDirectories(scratch);
            Mapping tokenizer = section(source.run(), "tokenizer");
            List<Answers> before = before(source, scratch, tokenizer);
            Path exported = target;
            if (Files.isRegularFile(target)) {
                exported = scratch.resolve("after");
                try (GgufFile file = GgufFile.open(target)) {
                    HfImport.writeWithTemplate(exported, file, DType.FLOAT32, listener());
                }
            }
            PromptForm form = source.form();
            if (exported != target && AskingTemplate.changes(form)) {
                // The file's own template brings the messages into the form.
                form = PromptForm.PLAIN;
            }
            try (Candidate after = candidate(exported, null, null, form, tokenizer)) {
                List<Answers> answers = answers(after);
                if (cancellation.isRequested()) {
                    return stopped(target);
                }
                Proof proof = Proof.of(before, answers, after, encoding);
                proof.lines().forEach(this::show);
                String server = options.server();
                if (server != null) {
                    new LlamaServer(server)
                            .compare(before, after, options.mostTokens())
                            .lines()
                            .forEach(this::show);
                }
                return proof;
            }
        } catch (StoppedException e) {
            return stopped(target);
        } catch (IOException e) {
            throw new UserException("cannot make the folder " + scratch + " for the proof: " + e.getMessage(), e);
        } finally {
            AtomicFiles.deleteTemporary(scratch);
        }
    }

    private ExportListener listener() {
        return new StoppableExport(console, cancellation);
    }

    private @Nullable Proof stopped(Path target) {
        console.line("stopped: " + target + " is written and not proved");
        return null;
    }

    private void show(String line) {
        console.line(line.startsWith("differs") ? line : "proof        " + line);
    }

    /** The model of the run with its adapter as it was trained, where its config is there; else both merged in fp32. */
    private List<Answers> before(ExportSource source, Path scratch, @Nullable Mapping tokenizer) {
        Mapping model = section(source.run(), "model");
        if (source.adapter() == null) {
            try (Candidate candidate = candidate(source.model(), null, null, source.form(), tokenizer)) {
                return answers(candidate);
            }
        }
        if (model != null) {
            try (Candidate candidate = candidate(source.model(), model, source.adapter(), source.form(), tokenizer)) {
                return answers(candidate);
            }
        }
        Path merged = scratch.resolve("before");
        try (HfModel base = HfModel.open(source.model())) {
            HfExport.write(
                    merged, base, AdapterFolder.read(source.adapter()), DType.FLOAT32, source.form(), listener());
        }
        try (Candidate candidate = candidate(merged, null, null, source.form(), tokenizer)) {
            return answers(candidate);
        }
    }

    private List<Answers> answers(Candidate candidate) {
        return Answers.of(candidate, options.prompts(), options.mostTokens(), cancellation::isRequested);
    }

    private Candidate candidate(
            Path folder,
            @Nullable Mapping model,
            @Nullable Path adapter,
            PromptForm form,
            @Nullable Mapping tokenizer) {
        return new Candidate(backends.get(), DType.FLOAT32, components, folder, model, adapter, form, tokenizer);
    }

    private static @Nullable Mapping section(@Nullable Mapping run, String key) {
        ConfigNode node = run == null ? null : run.entries().get(key);
        return node instanceof Mapping mapping ? mapping : null;
    }
}
