// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.report.run.Curve;
import io.tune4j.report.run.RunFiles;
import io.tune4j.report.run.RunLog;
import io.tune4j.report.run.RunState;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The data of a run for the page's script. */
public final class RunJson {
    /** Number of ranges of steps of a thinned curve; each is about two pixels wide in a plot. */
    private static final int RANGES = 500;

    /** Metrics of a step that no plot shows. */
    private static final Set<String> HIDDEN = Set.of(
            "tokens_in_records",
            "tokens_computed",
            "tokens_saved_by_sharing",
            "tokens_trained",
            "padding_tokens",
            "tokens_per_second_per_gpu",
            "memory_java_heap",
            "memory_anonymous",
            "memory_file_backed",
            "peak_memory_anonymous",
            "memory_reserved",
            "data_wait_seconds",
            "val_perplexity");

    private RunJson() {}

    /** The data of a run. */
    public static ObjectNode of(RunFiles run) {
        return of(run, run.state());
    }

    /** The data of a run whose state the caller determined. */
    public static ObjectNode of(RunFiles run, RunState state) {
        RunLog log = run.log();
        JsonNode begun = log.begun();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        Path name = run.folder().getFileName();
        json.put("name", name == null ? run.folder().toString() : name.toString())
                .put("folder", run.folder().toString())
                .put("state", state.id())
                .put("stateLabel", state.label())
                .put("message", log.ended().path("message").asText(""))
                .put("version", begun.path("version").asText(""))
                .put("recipe", begun.path("recipe").asText(""))
                .put("source", begun.path("source").asText(""))
                .put("started", log.firstTime())
                .put("updated", log.lastTime())
                .put("seconds", log.millis() / 1000.0)
                .put("done", log.done())
                .put("steps", log.steps())
                .put("stepsPerEpoch", begun.path("steps_per_epoch").asLong())
                .put("left", secondsLeft(log, state))
                .put("unreadable", log.unreadableLines());
        copy(json, "facts", begun.path("facts"));
        copy(json, "machine", begun.path("machine"));
        copy(json, "data", begun.path("data"));
        ObjectNode curves = json.putObject("curves");
        for (Map.Entry<String, Curve> curve : log.curves().entrySet()) {
            if (!HIDDEN.contains(curve.getKey())) {
                add(curves.putObject(curve.getKey()), curve.getValue());
            }
        }
        add(json.putObject("validation"), log.validation());
        copy(json, "answers", log.answers());
        ObjectNode memory =
                json.putObject("memory").put("limit", begun.path("memory_limit").asLong());
        copy(memory, "phases", log.memory());
        ConfigRows.add(run.config(), begun.path("defaults"), json.putArray("config"));
        addAll(json.putArray("warnings"), log.warnings());
        addAll(json.putArray("findings"), Findings.of(log, state));
        NextSteps next = new NextSteps(run, state);
        next.addCommands(json.putArray("next"));
        next.addPlaces(json.putArray("places"));
        return json;
    }

    private static void addAll(ArrayNode target, List<String> texts) {
        texts.forEach(target::add);
    }

    private static void copy(ObjectNode target, String name, JsonNode value) {
        if (!value.isMissingNode()) {
            target.set(name, value);
        }
    }

    private static double secondsLeft(RunLog log, RunState state) {
        long first = log.begun().path("first_step").asLong();
        if (state != RunState.RUNNING || log.done() <= first) {
            return -1;
        }
        double perStep = (log.lastTime() - log.sessionTime()) / 1000.0 / (log.done() - first);
        return perStep * (log.steps() - log.done());
    }

    private static void add(ObjectNode target, Curve full) {
        Curve curve = full.thinned(RANGES);
        target.put("count", full.count()).put("mean", finite(full.mean()));
        ArrayNode steps = target.putArray("step");
        ArrayNode values = target.putArray("value");
        for (int i = 0; i < curve.size(); i++) {
            steps.add(curve.step(i));
            values.add(finite(curve.value(i)));
        }
    }

    /** Null for a number that is not finite, which JSON does not have; the page draws a gap. */
    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
