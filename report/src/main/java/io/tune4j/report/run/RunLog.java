// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The contents of a run's journal. When the run is resumed, values that it computes again are dropped; when a new run begins in
 * the same journal, everything is dropped.
 */
public final class RunLog {
    private static final String STEP = "step";

    private JsonNode begun = MissingNode.getInstance();
    private JsonNode ended = MissingNode.getInstance();
    private JsonNode answers = MissingNode.getInstance();
    private JsonNode memory = MissingNode.getInstance();
    private JsonNode saved = MissingNode.getInstance();
    private final Map<String, Curve> curves = new LinkedHashMap<>();
    private final Curve validation = new Curve();
    private final Set<String> warnings = new LinkedHashSet<>();
    private final List<Long> resumes = new ArrayList<>();
    private long firstTime;
    private long lastTime;
    private long sessionTime;
    private long earlierMillis;
    private int unreadable;

    /** Adds an entry of the journal. */
    public void add(JsonNode entry) {
        long time = entry.path("time").asLong();
        switch (entry.path("event").asText()) {
            case "begun" -> begin(entry, time);
            case STEP -> step(entry.path(STEP).asLong(), entry.path("metrics"));
            case "validation" -> validated(entry.path(STEP).asLong(), number(entry.path("loss")));
            case "answers" -> answers = entry.path("answers");
            case "saved" -> saved = entry;
            case "memory" -> memory = entry.path("peaks");
            case "warning" -> warnings.add(entry.path("text").asText());
            case "ended" -> ended = entry;
            default -> {
                // Written by a newer version.
            }
        }
        lastTime = Math.max(lastTime, time);
    }

    private void begin(JsonNode entry, long time) {
        long first = entry.path("first_step").asLong();
        if (first == 0) {
            curves.clear();
            warnings.clear();
            resumes.clear();
            firstTime = time;
            earlierMillis = 0;
            answers = MissingNode.getInstance();
            saved = MissingNode.getInstance();
            memory = MissingNode.getInstance();
        } else {
            curves.values().forEach(curve -> curve.dropAfter(first));
            resumes.add(first);
            earlierMillis += firstTime == 0 ? 0 : lastTime - sessionTime;
            firstTime = firstTime == 0 ? time : firstTime;
        }
        validation.dropAfter(first == 0 ? -1 : first);
        begun = entry;
        ended = MissingNode.getInstance();
        sessionTime = time;
        lastTime = time;
    }

    /** Adds the metrics of a step, in the form of {@code metrics.jsonl}. */
    void step(long step, JsonNode metrics) {
        metrics.properties().forEach(metric -> {
            if (!metric.getKey().equals(STEP)) {
                curves.computeIfAbsent(metric.getKey(), name -> new Curve()).add(step, number(metric.getValue()));
            }
        });
    }

    /** Adds a validation. A resumed run validates at its first step again, so the earlier value of that step is dropped. */
    void validated(long step, double loss) {
        validation.dropAfter(step - 1);
        validation.add(step, loss);
    }

    void unreadable() {
        unreadable++;
    }

    private static double number(JsonNode value) {
        if (value.isNumber()) {
            return value.doubleValue();
        }
        return switch (value.asText()) {
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> Double.NaN;
        };
    }

    /** The newest entry {@code begun}; missing in an older version's folder. */
    public JsonNode begun() {
        return begun;
    }

    /** The entry {@code ended}; missing while the run is going on, and after a kill. */
    public JsonNode ended() {
        return ended;
    }

    public JsonNode answers() {
        return answers;
    }

    /** Peaks by phase. */
    public JsonNode memory() {
        return memory;
    }

    /** The newest state to resume from. */
    public JsonNode saved() {
        return saved;
    }

    /** Metrics by name. */
    public Map<String, Curve> curves() {
        return Collections.unmodifiableMap(curves);
    }

    /** A metric; an empty curve if it was not logged. */
    public Curve curve(String name) {
        return curves.getOrDefault(name, new Curve());
    }

    /** The validation loss. */
    public Curve validation() {
        return validation;
    }

    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** The steps after which the run was resumed. */
    public List<Long> resumes() {
        return List.copyOf(resumes);
    }

    /** Number of finished steps. */
    public long done() {
        long last = Math.max(begun.path("first_step").asLong(), validation.lastStep());
        for (Curve curve : curves.values()) {
            last = Math.max(last, curve.lastStep());
        }
        return last;
    }

    /** Number of steps of the run; 0 if unknown. */
    public long steps() {
        return begun.path("steps").asLong();
    }

    /** When the run began, in milliseconds since 1970; 0 if that is not known. */
    public long firstTime() {
        return firstTime;
    }

    /** When the run's newest process began to train. */
    public long sessionTime() {
        return sessionTime;
    }

    /** When the newest entry was written. */
    public long lastTime() {
        return lastTime;
    }

    /** Milliseconds of training by all processes of the run. */
    public long millis() {
        return earlierMillis + lastTime - sessionTime;
    }

    /** Number of lines that are not JSON, such as one that a kill cut short. */
    public int unreadableLines() {
        return unreadable;
    }
}
