// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks.compare;

import io.tune4j.benchmarks.InstructMix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which programs do a row's work here: ours, and the peers whose Python modules are found. */
final class Programs {
    static final String OURS = "tune4j";

    /** How the names of programs begin that only measure the rate of products. */
    static final String CEILING = "ceiling of ";

    private static final int BATCH = 4;
    private static final int ACCUMULATION = 4;
    private static final int PACK = 512;

    /** About three records are in a pack: so that a step has about as many records as the others' steps. */
    private static final int PACKED_BATCH = 3;

    private static final int PACKED_ACCUMULATION = 2;

    /** The parts that an ablation leaves out, one at a time; see {@code Ablation}. */
    private static final List<String> PARTS = List.of(
            "nothing",
            "lora_in_place",
            "merged_projections",
            "attention",
            "swiglu",
            "rms_norm",
            "rotary",
            "adamw",
            "cross_entropy",
            "chunked_logits",
            "last_layer_rows",
            "labelled_logits");

    private final Path root;
    private final Path home;
    private final @Nullable String python;
    private final boolean torchtune;
    private final boolean peft;
    private final String threads;
    private final List<String> length;
    private final int records;

    /**
     * Looks for the peers.
     *
     * @param root of the project
     * @param home the scratch folder of the peers' scripts, with checkpoints
     * @param python to run them with, or null for none
     * @param records of the instruction mix
     */
    Programs(Path root, Path home, @Nullable String python, int threads, int steps, int warm, int records) {
        this.root = root;
        this.home = home;
        this.python = python;
        this.threads = String.valueOf(threads);
        this.records = records;
        this.length = List.of("--steps", String.valueOf(steps), "--warm", String.valueOf(warm));
        this.torchtune = imports("torchtune");
        this.peft = imports("peft");
    }

    private boolean imports(String module) {
        if (python == null) {
            System.err.println(module + " is skipped: name a Python that has it in TUNE4J_PEER_PYTHON or by --python");
            return false;
        }
        try {
            ProcessBuilder builder = new ProcessBuilder(python, "-c", "import " + module).redirectErrorStream(true);
            builder.environment().putAll(modules(module));
            Process process = builder.start();
            String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (process.waitFor() == 0) {
                return true;
            }
            System.err.println(module + " is skipped: " + python + " cannot import it: "
                    + said.lines().reduce("", (first, last) -> last));
        } catch (IOException e) {
            System.err.println(module + " is skipped: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    /** torchtune may need an older torchao than peft does: what is in the scratch folder's {@code site} goes before. */
    private Map<String, String> modules(String peer) {
        Path site = home.resolve("site");
        return peer.startsWith("torchtune") && Files.isDirectory(site)
                ? Map.of("PYTHONPATH", site.toString())
                : Map.of();
    }

    List<Program> of(Work work) throws IOException {
        if (python != null) {
            prepare(work.shape);
        }
        if (work.isAblation()) {
            return ablations(work);
        }
        if (work.isInstruct()) {
            return instruct(work);
        }
        if (work.isFull()) {
            return another(work, List.of(root.resolve("benchmarks/full-step").toString()), "torchtune_full_step.py");
        }
        if (work.isDpo()) {
            return another(
                    work,
                    List.of(root.resolve("benchmarks/java").toString(), "io.tune4j.benchmarks.DpoBenchmark"),
                    "torchtune_dpo_step.py");
        }
        List<Program> programs = new ArrayList<>();
        programs.add(ours(OURS, work, List.of(), Map.of()));
        if (torchtune && work.isOfTorchtune()) {
            programs.add(peer("torchtune", "torchtune_step.py", work, length));
        }
        if (peft && !work.options.contains("--quant")) {
            programs.add(peer("peft", "peft_step.py", work, length));
        }
        programs.add(ours(
                CEILING + "libtorch",
                work,
                List.of("--steps", "0", "--warm", "0"),
                Map.of("TUNE4J_BENCHMARK_KERNELS", "off")));
        if (python != null) {
            programs.add(peer(CEILING + "torch", "ceiling.py", work, List.of()));
        }
        return programs;
    }

    /** The shape's checkpoint and the adapter that all begin with. */
    private void prepare(String shape) throws IOException {
        if (Files.exists(prepared(shape))) {
            return;
        }
        ProcessBuilder builder = new ProcessBuilder(
                        python,
                        "-c",
                        "import common; common.checkpoint('" + shape + "'); common.adapter_folder('" + shape
                                + "'); common.prepared('" + shape + "')")
                .directory(peers().toFile())
                .inheritIO();
        builder.environment().put("PEER_HOME", home.toString());
        try {
            if (builder.start().waitFor() != 0) {
                throw new IOException("the checkpoint of shape " + shape + " could not be written");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Path peers() {
        return root.resolve("benchmarks/peers");
    }

    /** A file that is there when both are. */
    private Path prepared(String shape) {
        return home.resolve("prepared").resolve(shape);
    }

    private Path adapter(String shape) {
        return home.resolve("adapters").resolve(shape);
    }

    private Program ours(String name, Work work, List<String> more, Map<String, String> environment) {
        List<String> command =
                new ArrayList<>(List.of(root.resolve("benchmarks/step").toString()));
        addOurs(command, work);
        command.addAll(length);
        command.addAll(more);
        return new Program(name, command, environment);
    }

    private void addOurs(List<String> command, Work work) {
        command.addAll(List.of("--shape", work.shape, "--threads", threads));
        command.addAll(work.options);
        if (python != null) {
            command.addAll(List.of(
                    "--weights", home.resolve("checkpoints").resolve(work.shape).toString()));
            if (Files.exists(adapter(work.shape))) {
                command.addAll(List.of("--adapter", adapter(work.shape).toString()));
            }
        }
    }

    private Program peer(String name, String script, Work work, List<String> more) {
        List<String> command = new ArrayList<>(List.of(
                // As its users run it, not with the settings of our allocator, which this process has inherited.
                "env",
                "-u",
                "GLIBC_TUNABLES",
                String.valueOf(python),
                peers().resolve(script).toString(),
                "--shape",
                work.shape,
                "--threads",
                threads));
        command.addAll(work.options);
        command.addAll(more);
        Map<String, String> environment = new HashMap<>(modules(name));
        environment.putAll(
                Map.of("PEER_HOME", home.toString(), "OMP_NUM_THREADS", threads, "MKL_NUM_THREADS", threads));
        return new Program(name, command, environment);
    }

    /** Another recipe than LoRA's. */
    private List<Program> another(Work work, List<String> ours, String script) {
        List<String> command = new ArrayList<>(ours);
        addOurs(command, work);
        command.addAll(length);
        List<Program> programs = new ArrayList<>();
        programs.add(new Program(OURS, command, Map.of()));
        if (torchtune) {
            programs.add(peer("torchtune", script, work, length));
        }
        return programs;
    }

    private List<Program> ablations(Work work) {
        List<Program> programs = new ArrayList<>();
        programs.add(ours(OURS, work, List.of(), Map.of()));
        for (String part : PARTS) {
            programs.add(ours("without " + part, work, List.of("--without", part), Map.of()));
        }
        programs.add(ours("without allocator", work, List.of(), Map.of("TUNE4J_BENCHMARK_MALLOC", "default")));
        programs.add(ours("without kernels in C", work, List.of(), Map.of("TUNE4J_BENCHMARK_KERNELS", "off")));
        return programs;
    }

    private List<Program> instruct(Work work) throws IOException {
        Path file = home.resolve("instruct-" + work.shape + ".jsonl");
        if (!Files.exists(file)) {
            InstructMix.write(file, work.shape);
        }
        List<String> mix = List.of(
                "--records",
                file.toString(),
                "--count",
                String.valueOf(records),
                "--batch",
                String.valueOf(BATCH),
                "--accumulation",
                String.valueOf(ACCUMULATION));
        List<String> command = new ArrayList<>(
                List.of(root.resolve("benchmarks/java").toString(), "io.tune4j.benchmarks.InstructBenchmark"));
        addOurs(command, work);
        command.addAll(mix);
        List<Program> programs = new ArrayList<>();
        programs.add(new Program(OURS, command, Map.of()));
        if (torchtune) {
            List<String> whole = new ArrayList<>(mix);
            whole.addAll(List.of("--warm", "0"));
            programs.add(peer("torchtune padded", "torchtune_step.py", work, whole));
            List<String> packed = new ArrayList<>(whole);
            packed.addAll(List.of(
                    "--packed",
                    String.valueOf(PACK),
                    "--batch",
                    String.valueOf(PACKED_BATCH),
                    "--accumulation",
                    String.valueOf(PACKED_ACCUMULATION)));
            programs.add(peer("torchtune packed", "torchtune_step.py", work, packed));
        }
        return programs;
    }
}
