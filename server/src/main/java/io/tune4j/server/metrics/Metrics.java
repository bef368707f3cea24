// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.metrics;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;

/** Counters and gauges. Safe for use by several threads. */
public final class Metrics {
    private final Map<String, LongAdder> requests = new ConcurrentSkipListMap<>();
    private final LongAdder promptTokens = new LongAdder();
    private final LongAdder reusedTokens = new LongAdder();
    private final LongAdder answerTokens = new LongAdder();
    private final LongAdder answers = new LongAdder();
    private final LongAdder cancelled = new LongAdder();
    private final DoubleAdder seconds = new DoubleAdder();
    private final Map<String, DoubleSupplier> gauges = new TreeMap<>();

    /**
     * Adds a gauge, which is read whenever metrics are requested. Call this before other threads use this object.
     *
     * @param name without the prefix {@code tune4j_}
     */
    public void gauge(String name, DoubleSupplier value) {
        gauges.put(name, value);
    }

    /** Counts an HTTP response. */
    public void request(String path, int status) {
        requests.computeIfAbsent("path=\"" + path + "\",status=\"" + status + "\"", key -> new LongAdder())
                .increment();
    }

    /**
     * Counts an answer of the model.
     *
     * @param ofPrompt number of the prompt's tokens
     * @param reused number of the prompt's tokens that were in the cache
     * @param generated number of the answer's tokens
     *
     * @param took seconds from the request to the last token
     */
    public void answer(int ofPrompt, int reused, int generated, double took) {
        promptTokens.add(ofPrompt);
        reusedTokens.add(reused);
        answerTokens.add(generated);
        answers.increment();
        seconds.add(took);
    }

    /** Counts a client that disconnected before its answer was complete. */
    public void cancelled() {
        cancelled.increment();
    }

    /** All metrics in Prometheus' text format. */
    public String text() {
        StringBuilder text = new StringBuilder();
        text.append("# TYPE tune4j_requests_total counter\n");
        requests.forEach((labels, count) -> text.append("tune4j_requests_total{")
                .append(labels)
                .append("} ")
                .append(count.sum())
                .append('\n'));
        counter(text, "prompt_tokens_total", promptTokens.sum());
        counter(text, "reused_prompt_tokens_total", reusedTokens.sum());
        counter(text, "generated_tokens_total", answerTokens.sum());
        counter(text, "cancelled_requests_total", cancelled.sum());
        text.append("# TYPE tune4j_answer_seconds summary\n");
        text.append(String.format(Locale.ROOT, "tune4j_answer_seconds_sum %.6f\n", seconds.sum()));
        text.append("tune4j_answer_seconds_count ").append(answers.sum()).append('\n');
        gauges.forEach((name, value) -> text.append("# TYPE tune4j_")
                .append(name)
                .append(" gauge\ntune4j_")
                .append(name)
                .append(String.format(Locale.ROOT, " %.0f\n", value.getAsDouble())));
        return text.toString();
    }

    private static void counter(StringBuilder text, String name, long value) {
        text.append("# TYPE tune4j_")
                .append(name)
                .append(" counter\ntune4j_")
                .append(name)
                .append(' ');
        text.append(value).append('\n');
    }
}
