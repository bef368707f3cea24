// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.inject;

import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.train.MetricLogger;
import io.tune4j.api.train.MetricLoggerProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Several metric loggers as one: each gets everything, in the order of the config. */
public final class MetricLoggers implements MetricLogger {
    private final List<MetricLogger> loggers = new ArrayList<>();

    private MetricLoggers() {}

    /** The only provider, or one that opens the parts of all of them; equal parts once. */
    public static MetricLoggerProvider of(List<MetricLoggerProvider> providers) {
        List<MetricLoggerProvider> parts = providers.stream()
                .flatMap(provider -> provider.parts().stream())
                .distinct()
                .toList();
        return parts.size() == 1 ? parts.get(0) : new Several(parts);
    }

    private record Several(List<MetricLoggerProvider> providers) implements MetricLoggerProvider {
        @Override
        public MetricLogger open(long resumedStep) {
            return MetricLoggers.open(providers, resumedStep);
        }

        @Override
        public void check() {
            providers.forEach(MetricLoggerProvider::check);
        }

        @Override
        public List<MetricLoggerProvider> parts() {
            return providers;
        }
    }

    private static MetricLogger open(List<MetricLoggerProvider> providers, long resumedStep) {
        MetricLoggers all = new MetricLoggers();
        boolean opened = false;
        try {
            providers.forEach(provider -> all.loggers.add(provider.open(resumedStep)));
            opened = true;
            return all;
        } finally {
            if (!opened) {
                all.close();
            }
        }
    }

    @Override
    public void logConfig(String yaml) {
        loggers.forEach(logger -> logger.logConfig(yaml));
    }

    @Override
    public void log(long step, Map<String, Double> metrics) {
        loggers.forEach(logger -> logger.log(step, metrics));
    }

    @Override
    public String ended(Outcome outcome) {
        return loggers.stream()
                .map(logger -> logger.ended(outcome))
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining("\n"));
    }

    /** Closes all of them, whatever fails; the first failure is thrown and has the others with it. */
    @Override
    public void close() {
        RuntimeException failure = null;
        for (MetricLogger logger : loggers) {
            try {
                logger.close();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
