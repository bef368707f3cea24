// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.fuzz;

import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.TuneException;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Assertions;

/**
 * Runs a {@link FuzzTarget}. In the usual build its seeds and some hundred changes of them are read, the same ones each time; the system
 * properties {@code fuzz.changes} and {@code fuzz.seed} ask for more and for others. With {@code fuzz.seconds} Jazzer looks for inputs so long, led by what the code does with them; the profile {@code fuzz}
 * brings it along.
 */
public final class Fuzzing {
    private static final String SECONDS = "fuzz.seconds";
    /** Processor time of one input, because other programs may use the rest of the elapsed time. */
    private static final long LONGEST_NANOS = 5_000_000_000L;

    private static final ThreadMXBean PROCESSOR = ManagementFactory.getThreadMXBean();

    private Fuzzing() {}

    /**
     * Runs a target.
     *
     * @param folder an empty one
     * @param changes how many changes of the seeds to read in the usual build
     */
    public static void run(FuzzTarget target, Path folder, int changes) throws IOException, InterruptedException {
        String seconds = System.getProperty(SECONDS);
        if (seconds != null) {
            jazzer(target, folder, seconds);
            return;
        }
        List<byte[]> seeds = target.seeds();
        for (byte[] seed : seeds) {
            read(target, folder, seed);
        }
        Random random = new Random(Integer.getInteger("fuzz.seed", seeds.size()));
        int wanted = Integer.getInteger("fuzz.changes", changes);
        for (int i = 0; i < wanted; i++) {
            read(target, folder, changed(seeds.get(random.nextInt(seeds.size())), seeds, random));
        }
    }

    /** Reads one input; fails if it takes too long or ends in anything but an exception for users. */
    static void read(FuzzTarget target, Path folder, byte[] input) throws IOException {
        long start = PROCESSOR.getCurrentThreadCpuTime();
        try {
            target.read(folder, input);
        } catch (InternalException e) {
            throw new AssertionError("a mistake of ours, by the input " + shown(input), e);
        } catch (TuneException expected) {
            // It was refused in words.
        } catch (RuntimeException | Error e) {
            throw new AssertionError("by the input " + shown(input), e);
        }
        Assertions.assertTrue(
                PROCESSOR.getCurrentThreadCpuTime() - start < LONGEST_NANOS,
                () -> "too slow: the input " + shown(input));
    }

    private static String shown(byte[] input) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < Math.min(input.length, 2000); i++) {
            int c = input[i] & 0xff;
            text.append(
                    c >= ' ' && c < 0x7f && c != '\\'
                            ? String.valueOf((char) c)
                            : String.format(Locale.ROOT, "\\%03o", c));
        }
        return text.toString();
    }

    private static byte[] changed(byte[] seed, List<byte[]> seeds, Random random) {
        List<Byte> bytes = new ArrayList<>();
        for (byte each : seed) {
            bytes.add(each);
        }
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(bytes.size() + 1);
            int length = Math.min(1 + random.nextInt(12), bytes.size() - at);
            switch (random.nextInt(5)) {
                case 0 -> bytes.subList(at, at + length).clear();
                case 1 -> bytes.addAll(at, new ArrayList<>(bytes.subList(at, at + length)));
                case 2 -> bytes.add(at, (byte) random.nextInt(256));
                case 3 -> {
                    byte[] other = seeds.get(random.nextInt(seeds.size()));
                    for (int j = random.nextInt(other.length + 1), n = 0; j < other.length && n < 12; j++, n++) {
                        bytes.add(at, other[j]);
                    }
                }
                default -> {
                    if (at < bytes.size()) {
                        bytes.set(at, (byte)
                                (random.nextBoolean() ? random.nextInt(256) : bytes.get(at) ^ 1 << random.nextInt(8)));
                    }
                }
            }
        }
        byte[] result = new byte[bytes.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = bytes.get(i);
        }
        return result;
    }

    /** A process of its own, because inputs may use up its memory, or end it. */
    private static void jazzer(FuzzTarget target, Path folder, String seconds)
            throws IOException, InterruptedException {
        String name = target.getClass().getName();
        Path corpus = Files.createDirectories(Path.of("target", "fuzz", name));
        Path seeds = Files.createDirectories(folder.resolve("seeds"));
        int number = 0;
        for (byte[] seed : target.seeds()) {
            Files.write(seeds.resolve(String.valueOf(number++)), seed);
        }
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx1g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-D" + JazzerEntry.TARGET + "=" + name,
                        "-D" + JazzerEntry.FOLDER + "=" + folder,
                        "com.code_intelligence.jazzer.Jazzer",
                        "--target_class=" + JazzerEntry.class.getName(),
                        "--instrumentation_includes=io.tune4j.**",
                        "--custom_hook_includes=io.tune4j.**",
                        // An adapter's config has regular expressions by design; their work and depth are bounded.
                        "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.RegexInjection",
                        "--reproducer_path=" + corpus,
                        "-artifact_prefix=" + corpus + File.separator + "crash-",
                        "-max_total_time=" + seconds,
                        "-timeout=5",
                        "-rss_limit_mb=4096",
                        "-max_len=65536",
                        "-print_final_stats=1",
                        corpus.toString(),
                        seeds.toString())
                .inheritIO()
                .start();
        Assertions.assertEquals(0, process.waitFor(), "Jazzer found an input for " + name + "; it lies in " + corpus);
    }
}
