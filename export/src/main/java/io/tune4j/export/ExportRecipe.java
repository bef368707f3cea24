// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.Sizes;
import io.tune4j.api.plugin.Components;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.engine.modelfile.ModelFile;
import io.tune4j.export.ExportOptions.Format;
import io.tune4j.export.StoppableExport.StoppedException;
import io.tune4j.export.adapter.AdapterFolder;
import io.tune4j.export.adapter.Folding;
import io.tune4j.export.adapter.Program;
import io.tune4j.export.files.ExportListener;
import io.tune4j.export.gguf.GgufFile;
import io.tune4j.export.model.GgufExport;
import io.tune4j.export.model.HfExport;
import io.tune4j.export.model.HfImport;
import io.tune4j.export.model.HfModel;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a trained model, or its adapter, in the form that another program reads; torchtune's recipe {@code quantize} by another way.
 * {@link ExportOptions} lists the keys.
 */
public final class ExportRecipe implements Recipe {
    private final RunConfig config;
    private final Console console;
    private final ExportOptions options;
    private final ProofOptions proof;
    private final Components components;
    private final Provider<Backend> backends;
    private final Cancellation cancellation;
    private final ExportListener listener;

    @Inject
    public ExportRecipe(
            RunConfig config,
            Console console,
            ExportOptions options,
            ProofOptions proof,
            Components components,
            Provider<Backend> backends,
            Cancellation cancellation) {
        this.config = config;
        this.console = console;
        this.options = options;
        this.proof = proof;
        this.components = components;
        this.backends = backends;
        this.cancellation = cancellation;
        this.listener = new StoppableExport(console, cancellation);
    }

    @Override
    public void check() {
        config.problems().throwIfAny();
    }

    @Override
    public Outcome run() {
        check();
        try {
            return export();
        } catch (StoppedException e) {
            console.line("stopped: nothing is written");
            return Outcome.CANCELLED;
        }
    }

    private Outcome export() {
        if (ModelFile.isOne(options.source())) {
            fromGguf();
            return Outcome.COMPLETED;
        }
        ExportSource source = ExportSource.find(options.source(), options.base(), components.environment());
        AdapterFolder adapter = source.adapter() == null ? null : AdapterFolder.read(source.adapter());
        if (options.adapterOnly() && adapter == null) {
            throw new UserException(
                    options.source() + " has no adapter; leave --adapter and --for out to export the model");
        }
        if (options.adapterOnly() && !proof.prompts().isEmpty()) {
            throw new UserException("--prove compares merged models; leave --adapter and --for out");
        }
        Path target = target(adapter != null);
        try (HfModel model = HfModel.open(source.model())) {
            console.line((adapter == null ? "model        " : "base model   ") + source.model());
            if (adapter != null) {
                console.line("adapter      " + source.adapter() + ", of "
                        + adapter.modules().size() + " projections");
            }
            write(target, model, adapter, source.form());
        }
        console.line("written      " + target + ", " + Sizes.format(size(target)));
        if (options.format() == Format.GGUF) {
            Path modelfile = target.resolveSibling("Modelfile");
            boolean beside = options.adapterOnly() && options.program() == Program.OLLAMA;
            if (beside || !options.adapterOnly()) {
                Modelfile.write(modelfile, target, source.model(), options.adapterOnly(), source.form());
                console.line("for Ollama   ollama create NAME -f " + modelfile);
            }
        }
        if (!proof.prompts().isEmpty()) {
            String encoding = options.format() == Format.GGUF
                    ? options.type().name().toLowerCase(Locale.ROOT)
                    : "the merged dtype";
            Prover prover = new Prover(proof, components, backends::get, console, cancellation);
            if (prover.prove(source, target, encoding) == null) {
                return Outcome.CANCELLED;
            }
        }
        return Outcome.COMPLETED;
    }

    private void write(Path target, HfModel model, @Nullable AdapterFolder adapter, PromptForm form) {
        if (options.adapterOnly()) {
            writeAdapter(target, model, Objects.requireNonNull(adapter), form);
        } else if (options.format() == Format.HF) {
            HfExport.write(target, model, adapter, options.mergedDtype(), form, listener);
        } else {
            GgufExport.of(model, form, listener).writeModel(target, options.type(), adapter);
        }
    }

    private void writeAdapter(Path target, HfModel model, AdapterFolder adapter, PromptForm form) {
        Program program = options.program();
        if (program == null) {
            program = options.format() == Format.GGUF ? Program.LLAMA_CPP : Program.VLLM;
        }
        Folding folding = Folding.of(adapter, program);
        if (folding.changes()) {
            console.line("scales       folded into B and alpha, because " + program.label()
                    + " knows neither rsLoRA's scale nor patterns of rank and alpha");
        }
        if (options.format() == Format.GGUF) {
            GgufExport.of(model, form, listener).writeAdapter(target, folding);
        } else {
            folding.write(target, adapter.config().baseModel(), form);
        }
    }

    /** Makes a folder of a GGUF file. */
    private void fromGguf() {
        if (options.format() != Format.HF) {
            throw new UserException(options.source()
                    + " is a GGUF file already; --format hf makes a folder of it that can be" + " trained");
        }
        Path target = options.output() != null
                ? options.output()
                : options.source().toAbsolutePath().resolveSibling(stem(options.source()));
        requireFree(target);
        try (GgufFile file = GgufFile.open(options.source())) {
            HfImport.write(target, file, options.mergedDtype(), listener);
        }
        console.line("written      " + target + ", " + Sizes.format(size(target))
                + "; train it with checkpointer.checkpoint_dir=" + target);
    }

    private static String stem(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.substring(0, name.lastIndexOf('.'));
    }

    private Path target(boolean adapted) {
        Path target = options.output();
        if (target == null) {
            String form = options.format() == Format.GGUF
                    ? (options.adapterOnly()
                                    ? "adapter"
                                    : "model-" + options.type().name().toLowerCase(Locale.ROOT)) + ".gguf"
                    : options.adapterOnly() ? "adapter-plain" : adapted ? "merged" : "model";
            Path folder = options.directory();
            target = (folder == null ? options.source().resolve("export") : folder).resolve(form);
        }
        requireFree(target);
        Path parent = target.toAbsolutePath().normalize().getParent();
        if (parent != null) {
            try {
                Files.createDirectories(parent);
            } catch (IOException e) {
                throw new UserException("cannot make the folder " + parent + " for the result: " + e.getMessage(), e);
            }
        }
        return target;
    }

    private void requireFree(Path target) {
        if (Files.exists(target) && !options.overwrite()) {
            throw new UserException(
                    target + " exists already; delete it, name another place with --output, or say --overwrite");
        }
    }

    private static long size(Path target) {
        try (Stream<Path> files = Files.walk(target)) {
            long bytes = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
