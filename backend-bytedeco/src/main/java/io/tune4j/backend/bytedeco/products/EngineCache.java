// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.products;

import io.tune4j.api.error.TuneException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.io.UnpackingLock;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Remembers rates in the user's cache, a file for each processor, thread count, dtype and version. Of two first starts at once, the second
 * waits for the first and reads what it measured.
 */
final class EngineCache {
    private static final String FORMAT = "1";
    private static final String SUBJECT = "subject";

    /** A file's lock is between processes; this one is between the threads of a process. */
    private static final Object IN_PROCESS = new Object();

    private final Path folder;
    private final Consumer<String> notices;

    EngineCache(Path cache, Consumer<String> notices) {
        folder = cache.resolve("engines");
        this.notices = notices;
    }

    /**
     * The remembered rates, or new ones, which are then remembered. Where the cache cannot be written to, they are measured each time.
     *
     * @param subject what the rates depend on, in one line
     */
    EngineRates get(String subject, Supplier<EngineRates> measurement) {
        Path file = folder.resolve(Integer.toHexString((FORMAT + subject).hashCode()) + ".properties");
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            return measurement.get();
        }
        synchronized (IN_PROCESS) {
            try (UnpackingLock lock = UnpackingLock.take(folder)) {
                Optional<EngineRates> known = read(file, subject);
                if (known.isPresent()) {
                    return known.get();
                }
                EngineRates rates = measurement.get();
                save(file, subject, rates);
                return rates;
            }
        }
    }

    private Optional<EngineRates> read(Path file, String subject) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(Files.readString(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            return damaged(file);
        }
        if (!subject.equals(properties.getProperty(SUBJECT))) {
            // Another subject has the same hash, or the line is damaged; either way the file is written anew.
            return damaged(file);
        }
        Map<ProductKind, Map<String, Double>> rates = new HashMap<>();
        for (ProductKind kind : ProductKind.values()) {
            String prefix = kind + ".";
            Map<String, Double> engines = new TreeMap<>();
            for (String key : properties.stringPropertyNames()) {
                if (key.startsWith(prefix)) {
                    engines.put(key.substring(prefix.length()), rate(properties.getProperty(key)));
                }
            }
            if (engines.isEmpty() || engines.containsValue(0.0)) {
                return damaged(file);
            }
            rates.put(kind, engines);
        }
        return Optional.of(new EngineRates(rates));
    }

    /** 0 for what is no rate. */
    private static double rate(String text) {
        try {
            double rate = Double.parseDouble(text);
            return rate > 0 && Double.isFinite(rate) ? rate : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private Optional<EngineRates> damaged(Path file) {
        notices.accept("the measured rates of matrix products in " + file + " are damaged and are measured again");
        return Optional.empty();
    }

    private static void save(Path file, String subject, EngineRates rates) {
        StringBuilder text =
                new StringBuilder("# GFLOP/s of matrix products; measured again if this file is deleted\n");
        text.append(SUBJECT).append('=').append(subject).append('\n');
        rates.gflops()
                .forEach((kind, engines) -> engines.forEach((engine, rate) -> text.append(kind)
                        .append('.')
                        .append(engine)
                        .append('=')
                        .append(rate)
                        .append('\n')));
        try {
            AtomicFiles.writeString(file, text.toString());
        } catch (TuneException e) {
            // Then the next start measures again.
            System.getLogger(EngineCache.class.getName()).log(System.Logger.Level.DEBUG, "not saved", e);
        }
    }
}
