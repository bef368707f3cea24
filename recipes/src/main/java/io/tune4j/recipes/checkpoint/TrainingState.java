// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.checkpoint;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.tune4j.api.safetensors.Checkpoint.FileVersion;
import io.tune4j.recipes.training.ValidationWatch.Standing;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where a run stands after an optimizer step, beside the adapter and the optimizer's tensors. With {@code seed} and
 * {@code step} every random draw is known, since the order of the data and each dropout mask are pure functions of them.
 *
 * @param format version of this file
 * @param step optimizer steps done
 * @param seed of the run
 * @param bestLoss lowest training loss so far, or null before the first step
 * @param validation lowest validation loss so far, or null before the first
 * @param settings what must be the same in a run that resumes, by config key
 * @param base the base model's files by name; null in states of earlier versions
 * @param arithmetic what the last bits of the backend's results depend on; null in states of earlier versions
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record TrainingState(
        int format,
        long step,
        long seed,
        @Nullable Double bestLoss,
        @Nullable Standing validation,
        SortedMap<String, String> settings,
        @Nullable SortedMap<String, FileVersion> base,
        @Nullable String arithmetic) {
    /** Increased when a reader of the old format would misunderstand the new one. */
    public static final int FORMAT = 1;

    public TrainingState {
        settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
        base = base == null ? null : Collections.unmodifiableSortedMap(new TreeMap<>(base));
    }
}
