// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.journal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.recipe.RunEvent;
import io.tune4j.api.recipe.RunEvent.Answer;
import io.tune4j.api.recipe.RunEvent.Answered;
import io.tune4j.api.recipe.RunEvent.Begun;
import io.tune4j.api.recipe.RunEvent.DataSet;
import io.tune4j.api.recipe.RunEvent.MemoryMeasured;
import io.tune4j.api.recipe.RunEvent.Peak;
import io.tune4j.api.recipe.RunEvent.Saved;
import io.tune4j.api.recipe.RunEvent.Stepped;
import io.tune4j.api.recipe.RunEvent.Validated;
import io.tune4j.api.recipe.RunEvent.Written;
import java.util.Map;

/** Events as entries of the journal. The key {@code event} names the kind, {@code time} is in milliseconds since 1970. */
public final class Entries {
    private Entries() {}

    public static ObjectNode of(RunEvent event, long time) {
        if (event instanceof Begun begun) {
            return begun(begun, time);
        }
        if (event instanceof Stepped stepped) {
            ObjectNode entry = entry("step", time).put("step", stepped.step());
            numbers(entry.putObject("metrics"), stepped.metrics());
            return entry;
        }
        if (event instanceof Validated validated) {
            ObjectNode entry = entry("validation", time).put("step", validated.step());
            numbers(entry, Map.of("loss", validated.loss()));
            return entry;
        }
        if (event instanceof Answered answered) {
            ObjectNode entry = entry("answers", time);
            ArrayNode answers = entry.putArray("answers");
            answered.answers().forEach(answer -> add(answers, answer));
            return entry;
        }
        if (event instanceof Saved saved) {
            return entry("saved", time)
                    .put("step", saved.step())
                    .put("folder", saved.folder().toString());
        }
        if (event instanceof MemoryMeasured memory) {
            ObjectNode entry = entry("memory", time);
            ArrayNode peaks = entry.putArray("peaks");
            memory.peaks().forEach(peak -> add(peaks, peak));
            return entry;
        }
        ObjectNode entry = entry("written", time);
        ObjectNode places = entry.putObject("places");
        ((Written) event).places().forEach((what, place) -> places.put(what, place.toString()));
        return entry;
    }

    private static ObjectNode begun(Begun begun, long time) {
        ObjectNode entry = entry("begun", time)
                .put("first_step", begun.firstStep())
                .put("steps", begun.steps())
                .put("steps_per_epoch", begun.stepsPerEpoch())
                .put("memory_limit", begun.memoryLimit());
        ObjectNode facts = entry.putObject("facts");
        begun.facts().forEach(facts::put);
        ArrayNode data = entry.putArray("data");
        for (DataSet set : begun.data()) {
            Histogram.of(set.lengths())
                    .addTo(data.addObject()
                            .put("key", set.key())
                            .put("description", set.description())
                            .put("tokens", set.tokens())
                            .put("trained_tokens", set.trainedTokens()));
        }
        return entry;
    }

    public static ObjectNode warning(String text, long time) {
        return entry("warning", time).put("text", text);
    }

    /**
     * The last entry of a process's part of a run.
     *
     * @param outcome {@code completed}, {@code cancelled} or {@code failed}
     * @param message why the run failed; empty if it did not
     */
    public static ObjectNode ended(String outcome, String message, long time) {
        return entry("ended", time).put("outcome", outcome).put("message", message);
    }

    private static ObjectNode entry(String event, long time) {
        return JsonNodeFactory.instance.objectNode().put("event", event).put("time", time);
    }

    private static void add(ArrayNode answers, Answer answer) {
        answers.addObject()
                .put("prompt", answer.prompt())
                .put("before", answer.before())
                .put("after", answer.after())
                .put("expected", answer.expected());
    }

    private static void add(ArrayNode peaks, Peak peak) {
        peaks.addObject().put("phase", peak.phase()).put("bytes", peak.bytes()).put("file_backed", peak.fileBacked());
    }

    /** A number; one that is not finite becomes a string, as in {@code metrics.jsonl}, because JSON has no such numbers. */
    private static void numbers(ObjectNode target, Map<String, Double> values) {
        values.forEach((name, value) -> {
            if (Double.isFinite(value)) {
                target.put(name, value);
            } else {
                target.put(name, value.toString());
            }
        });
    }
}
