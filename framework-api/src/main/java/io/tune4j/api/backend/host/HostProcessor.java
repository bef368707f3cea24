// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apiguardian.api.API;

/**
 * The CPU's features, as far as the operating system reports them.
 *
 * @param flags its features in the kernel's words, e.g. {@code avx512_bf16}
 * @param physicalCores that this process may use
 * @param model vendor, family, model and stepping in a line; processors of one model have the same units. Empty if unknown
 */
@API(status = API.Status.INTERNAL, since = "0.1")
public record HostProcessor(Set<String> flags, int physicalCores, String model) {
    private static final List<String> MODEL_KEYS = List.of(
            "vendor_id", "cpu family", "model", "stepping", "model name", "CPU implementer", "CPU part", "CPU variant");

    private static final Path CPUINFO = Path.of("/proc/cpuinfo");

    /** Looks once. */
    private static final class Detected {
        static final HostProcessor PROCESSOR = read();
    }

    /** A processor of an unknown model. */
    public HostProcessor(Set<String> flags, int physicalCores) {
        this(flags, physicalCores, "");
    }

    /** This machine's. */
    public static HostProcessor detect() {
        return Detected.PROCESSOR;
    }

    private static HostProcessor read() {
        int logical = Runtime.getRuntime().availableProcessors();
        try {
            return parse(Files.readAllLines(CPUINFO), logical);
        } catch (IOException e) {
            // No /proc: macOS and Windows.
            return parse(List.of(), logical);
        }
    }

    /**
     * Reads the text of {@code /proc/cpuinfo}; where there is none, logical processors are the best known.
     *
     * @param logical processors that this process may use
     */
    public static HostProcessor parse(List<String> lines, int logical) {
        Set<String> flags = new HashSet<>();
        Set<String> cores = new HashSet<>();
        Map<String, String> model = new LinkedHashMap<>();
        String socket = "0";
        for (String line : lines) {
            String value = line.substring(line.indexOf(':') + 1).trim();
            if (line.startsWith("flags") || line.startsWith("Features")) {
                flags.addAll(Arrays.asList(value.split("\\s+")));
            } else if (line.startsWith("physical id")) {
                socket = value;
            } else if (line.startsWith("core id")) {
                cores.add(socket + "/" + value);
            }
            String key = line.substring(0, Math.max(0, line.indexOf(':'))).trim();
            if (MODEL_KEYS.contains(key)) {
                model.putIfAbsent(key, value);
            }
        }
        return new HostProcessor(
                flags, cores.isEmpty() ? logical : Math.min(cores.size(), logical), String.join(" ", model.values()));
    }

    /** Whether matrix products in bf16 run in hardware. */
    public boolean hasBf16() {
        return flags.contains("avx512_bf16")
                || flags.contains("amx_bf16")
                || flags.contains("bf16")
                || System.getProperty("os.arch", "").toLowerCase(Locale.ROOT).contains("aarch64")
                        && System.getProperty("os.name", "").startsWith("Mac");
    }

    /** Whether fp32 products marked as of medium precision would be rounded to bf16. */
    public boolean hasAmx() {
        return flags.contains("amx_bf16");
    }

    /** The widest vector instructions, for messages. */
    public String vectorUnit() {
        for (String unit : new String[] {"amx_bf16", "avx512_bf16", "avx512f", "avx2"}) {
            if (flags.contains(unit)) {
                return unit;
            }
        }
        return System.getProperty("os.arch", "unknown");
    }
}
