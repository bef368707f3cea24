// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.recipe;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;

/**
 * An event of a run, for programs: reports, live pages, and callers that embed a run. A recipe passes each to {@link Console#tell} on the
 * thread of its loop, so a listener returns quickly. A recipe that passes none still runs; its report then has fewer parts.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.2")
public sealed interface RunEvent {
    /**
     * The weights are loaded, and the first step is next.
     *
     * @param outputDirectory the run's folder, absolute
     * @param firstStep steps that an earlier process has done, 0 for a new run
     * @param steps of the whole run
     * @param stepsPerEpoch of one epoch
     * @param facts what a person wants to know of the run, by name, such as {@code model} and {@code adapter}
     * @param data the training set first
     * @param memoryLimit in bytes, 0 for none
     */
    record Begun(
            Path outputDirectory,
            long firstStep,
            long steps,
            int stepsPerEpoch,
            Map<String, String> facts,
            List<DataSet> data,
            long memoryLimit)
            implements RunEvent {
        public Begun {
            facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
            data = List.copyOf(data);
        }
    }

    /**
     * A data set.
     *
     * @param key of the config, e.g. {@code dataset}
     * @param description e.g. {@code 440 records of train.json}
     * @param lengths tokens of each sample or pack
     * @param tokens of all samples
     * @param trainedTokens of them, how many carry loss
     */
    record DataSet(String key, String description, int[] lengths, long tokens, long trainedTokens) {
        public DataSet {
            lengths = lengths.clone();
        }

        /** A copy of the lengths. */
        @Override
        public int[] lengths() {
            return lengths.clone();
        }
    }

    /**
     * A step was logged.
     *
     * @param step from 1
     * @param metrics by the names that a {@link io.tune4j.api.train.MetricLogger} gets
     */
    record Stepped(long step, Map<String, Double> metrics) implements RunEvent {
        public Stepped {
            metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
        }
    }

    /**
     * The validation loss was measured.
     *
     * @param step steps done; the run's first step for the measurement before training
     */
    record Validated(long step, double loss) implements RunEvent {}

    /** Answers of the model to samples, before training and at a validation or at the end. */
    record Answered(List<Answer> answers) implements RunEvent {
        public Answered {
            answers = List.copyOf(answers);
        }
    }

    /**
     * An answer.
     *
     * @param after the newest text; empty where there is none yet
     * @param expected the text of the record
     */
    record Answer(String prompt, String before, String after, String expected) {}

    /**
     * A folder to resume from is complete.
     *
     * @param step steps done
     */
    record Saved(long step, Path folder) implements RunEvent {}

    /** The peaks of memory in the phases of the run so far. */
    record MemoryMeasured(List<Peak> peaks) implements RunEvent {
        public MemoryMeasured {
            peaks = List.copyOf(peaks);
        }
    }

    /**
     * The peak of a phase, in bytes.
     *
     * @param fileBacked pages of mapped files among them, which the system takes back when it needs memory
     */
    record Peak(String phase, long bytes, long fileBacked) {}

    /**
     * The results are written.
     *
     * @param places by what they hold, what was trained first: {@code adapter} or {@code model}, then {@code merged model}
     */
    record Written(Map<String, Path> places) implements RunEvent {
        public Written {
            places = Collections.unmodifiableMap(new LinkedHashMap<>(places));
        }
    }
}
