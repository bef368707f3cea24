// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.tune4j.report.run.RunFiles;
import io.tune4j.report.run.RunLog;
import io.tune4j.report.run.RunState;
import java.nio.file.Files;
import java.nio.file.Path;

/** Commands to run next, each with its purpose, and the paths of a run's files. */
final class NextSteps {
    private final RunFiles run;
    private final RunState state;
    private final String command;

    NextSteps(RunFiles run, RunState state) {
        this.run = run;
        this.state = state;
        this.command = "tune run " + run.log().begun().path("recipe").asText("RECIPE") + " --config "
                + quoted(run.folder().resolve("config.yaml"));
    }

    /** A path, quoted for a shell. */
    private static String quoted(Path path) {
        String text = path.toString();
        return text.matches("[\\w./~@%+=:,\\\\-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }

    void addCommands(ArrayNode steps) {
        Path adapter = run.folder().resolve("adapter");
        if (state == RunState.COMPLETED) {
            if (Files.isDirectory(adapter)) {
                add(
                        steps,
                        "Use the adapter in Python",
                        "from peft import AutoPeftModelForCausalLM\nmodel = AutoPeftModelForCausalLM.from_pretrained(\""
                                + adapter + "\")");
            }
            Path merged = run.folder().resolve("merged");
            if (Files.isDirectory(merged)) {
                add(steps, "Serve the merged model", "vllm serve " + quoted(merged));
            }
            Path model = run.folder().resolve("model");
            if (Files.isDirectory(model)) {
                add(steps, "Serve the model", "vllm serve " + quoted(model));
            }
            add(steps, "Train on", command + " resume_from_checkpoint=True epochs=" + (epochs() + 1));
        } else if (!state.isOpen() && run.log().saved().isObject()) {
            add(
                    steps,
                    "Resume after step " + run.log().saved().path("step").asLong(),
                    command + " resume_from_checkpoint=True");
        }
        if (state.isOpen()) {
            add(steps, "Watch it live", "tune watch " + quoted(run.folder()));
        }
        add(steps, "Repeat it elsewhere", command + " output_dir=ANOTHER_FOLDER");
    }

    private long epochs() {
        RunLog log = run.log();
        long each = Math.max(1, log.begun().path("steps_per_epoch").asLong());
        return Math.max(1, (log.steps() + each - 1) / each);
    }

    private static void add(ArrayNode steps, String what, String command) {
        steps.addObject().put("what", what).put("command", command);
    }

    void addPlaces(ArrayNode places) {
        addPlace(places, "adapter", "adapter", "for peft, vLLM and others");
        addPlace(places, "model", "model", "for transformers, vLLM and others");
        addPlace(places, "best", "best result", "of the lowest validation loss");
        addPlace(places, "merged", "merged model", "base and adapter in one");
        addPlace(places, "checkpoints", "checkpoints", "states to resume from");
        addPlace(places, "config.yaml", "config", "every value with its origin");
        addPlace(places, "logs/metrics.jsonl", "metrics", "a JSON object per step");
        addPlace(places, "journal.jsonl", "journal", "the events that this page is made from");
        addPlace(places, "previous", "earlier results", "of other runs in this folder");
    }

    private void addPlace(ArrayNode places, String name, String what, String note) {
        Path place = run.folder().resolve(name);
        if (Files.exists(place)) {
            places.addObject().put("what", what).put("path", place.toString()).put("note", note);
        }
    }
}
