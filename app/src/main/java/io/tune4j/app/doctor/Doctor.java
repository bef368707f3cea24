// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.doctor;

import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.host.HostProcessor;
import io.tune4j.api.io.Sizes;
import io.tune4j.app.installation.Installation;
import io.tune4j.app.plugins.PluginLoader;
import io.tune4j.app.plugins.Plugins;
import io.tune4j.app.wiring.Contributions;
import io.tune4j.app.wiring.Wiring;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Looks at everything that a run depends on. */
public final class Doctor {
    private static final int NOTHING_WORKS = 4;
    private static final long PROBE_SECONDS = 300;
    private static final long LITTLE_DISK = 5L << 30;
    private static final long LITTLE_MEMORY = 2L << 30;
    /** Settings that change what a run does. */
    private static final List<String> VARIABLES = List.of(
            "JAVA_HOME",
            "TUNE4J_OPTS",
            "TUNE4J_PLUGINS",
            "PYTORCH_LIBRARY_PATH",
            "CUDA_VISIBLE_DEVICES",
            "OMP_NUM_THREADS",
            "DJL_CACHE_DIR");

    private final Installation installation;
    private final List<Path> pluginFolders;
    private final PrintStream out;
    private final List<String> findings = new ArrayList<>();

    /** @param pluginFolders of the command line, for the processes that try the backends */
    public Doctor(Installation installation, List<Path> pluginFolders, PrintStream out) {
        this.installation = installation;
        this.pluginFolders = List.copyOf(pluginFolders);
        this.out = out;
    }

    /** @return the exit code: 0 if some backend works */
    public int examine() {
        out.println("tune4j    " + installation.version() + " in " + installation.home());
        java();
        machine();
        disk();
        variables();
        Plugins plugins = plugins();
        boolean works = backends(plugins);
        out.println();
        if (findings.isEmpty()) {
            out.println("nothing is wrong");
        } else {
            out.println("what is wrong");
            findings.forEach(finding -> out.println("  - " + finding.replace("\n", "\n    ")));
        }
        return works ? 0 : NOTHING_WORKS;
    }

    private void java() {
        Runtime runtime = Runtime.getRuntime();
        out.println("Java      " + Runtime.version() + ", " + System.getProperty("java.vendor") + ", "
                + System.getProperty("java.home") + "; heap up to " + Sizes.format(runtime.maxMemory()));
    }

    private void machine() {
        HostProcessor processor = HostProcessor.detect();
        out.println("machine   " + System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", "
                + processor.physicalCores() + " cores, " + processor.vectorUnit() + ", bf16 "
                + (processor.hasBf16() ? "in hardware" : "emulated"));
        Map<String, Long> memory = meminfo();
        Long total = memory.get("MemTotal");
        Long available = memory.get("MemAvailable");
        if (total == null || available == null) {
            return;
        }
        out.println("memory    " + Sizes.format(available) + " available of " + Sizes.format(total));
        if (available < LITTLE_MEMORY) {
            findings.add("only " + Sizes.format(available)
                    + " of memory are available: end other programs, or use dtype=bf16 and a smaller batch_size");
        }
    }

    private static Map<String, Long> meminfo() {
        Map<String, Long> result = new TreeMap<>();
        try {
            for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
                String[] words = line.split("[:\\s]+");
                if (words.length > 1) {
                    result.put(words[0], Long.parseLong(words[1]) * 1024);
                }
            }
        } catch (IOException | NumberFormatException e) {
            // Elsewhere than on Linux nothing is known.
            return Map.of();
        }
        return result;
    }

    private void disk() {
        Path here = Path.of("").toAbsolutePath();
        long free = here.toFile().getUsableSpace();
        out.println("disk      " + Sizes.format(free) + " free in " + here);
        if (free < LITTLE_DISK) {
            findings.add("only " + Sizes.format(free) + " are free in " + here
                    + ": choose an output_dir on another disk, or save_adapter_weights_only=True");
        }
        if (!Files.isWritable(here)) {
            findings.add(here + " cannot be written to: set output_dir to a folder that can");
        }
        Path home = Path.of(System.getProperty("user.home", "/"));
        cache(
                "Bytedeco's natives",
                Path.of(System.getProperty("org.bytedeco.javacpp.cachedir", home + "/.javacpp/cache")));
        String djl = System.getenv("DJL_CACHE_DIR");
        cache("DJL's natives", djl == null ? home.resolve(".djl.ai") : Path.of(djl));
    }

    private void cache(String what, Path folder) {
        if (!Files.isDirectory(folder)) {
            out.println("cache     " + what + ": none yet, " + folder);
            Path parent = folder;
            while (parent != null && !Files.exists(parent)) {
                parent = parent.getParent();
            }
            if (parent != null && !Files.isWritable(parent)) {
                findings.add("the cache " + folder + " cannot be made, since " + parent + " cannot be written to");
            }
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            long size = files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
            out.println("cache     " + what + ": " + Sizes.format(size) + " in " + folder);
        } catch (IOException | UncheckedIOException e) {
            findings.add("the cache " + folder + " cannot be read: " + e.getMessage());
        }
        if (!Files.isWritable(folder)) {
            findings.add("the cache " + folder + " cannot be written to");
        }
    }

    private void variables() {
        for (String name : VARIABLES) {
            String value = System.getenv(name);
            if (value != null) {
                out.println("set       " + name + "=" + value);
            }
        }
    }

    private Plugins plugins() {
        Plugins plugins = PluginLoader.load(installation.plugins());
        out.println("plugins   "
                + String.join(
                        ", ",
                        plugins.loaded().stream().map(plugin -> plugin.id()).toList()));
        plugins.refused()
                .forEach(plugin -> findings.add(
                        "plugin '" + plugin.id() + "' (" + plugin.location() + ") is refused: " + plugin.reason()));
        return plugins;
    }

    private boolean backends(Plugins plugins) {
        List<BackendFactory> backends =
                Wiring.wire(plugins).getInstance(Contributions.class).backends().values().stream()
                        .sorted(Comparator.comparingInt(BackendFactory::preference)
                                .reversed())
                        .toList();
        if (backends.isEmpty()) {
            findings.add("no backend is installed; the distribution has them in "
                    + installation.home().resolve("plugins"));
        }
        boolean any = false;
        for (BackendFactory backend : backends) {
            out.println();
            out.println("backend   " + backend.name() + ": " + backend.summary());
            out.flush();
            boolean works = probe(backend.name());
            if (!works) {
                findings.add("backend '" + backend.name() + "' does not work here; see what it says above");
            }
            any |= works;
        }
        return any;
    }

    private boolean probe(String backend) {
        List<String> command = new ArrayList<>();
        boolean windows = System.getProperty("os.name", "").startsWith("Windows");
        command.add(installation
                .home()
                .resolve(windows ? "bin/tune.bat" : "bin/tune")
                .toString());
        for (Path folder : pluginFolders) {
            command.add("--plugin-dir");
            command.add(folder.toString());
        }
        command.addAll(List.of("doctor", "--probe", backend));
        try {
            Path log = Files.createTempFile("tune4j-doctor", ".txt");
            try {
                Process process = new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
                boolean ended = process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS);
                process.destroyForcibly();
                for (String line : Files.readAllLines(log, StandardCharsets.UTF_8)) {
                    if (line.startsWith(BackendProbe.FINDING)) {
                        findings.add("backend '" + backend + "': " + line.substring(BackendProbe.FINDING.length()));
                    } else {
                        out.println(line);
                    }
                }
                if (!ended) {
                    out.println("  did not answer within " + PROBE_SECONDS + " seconds");
                }
                return ended && process.exitValue() == 0;
            } finally {
                Files.deleteIfExists(log);
            }
        } catch (IOException e) {
            out.println("  cannot be tried: " + e.getMessage());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
