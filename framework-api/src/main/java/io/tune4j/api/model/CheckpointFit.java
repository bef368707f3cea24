package io.tune4j.api.model;

import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.safetensors.TensorEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** Whether a checkpoint holds exactly what a model needs, looked up in the files' headers before anything is loaded. */
public final class CheckpointFit {
    /** More lines than this say nothing new. */
    private static final int LONGEST_LIST = 20;

    private CheckpointFit() {}

    /**
     * @param definition what is needed
     * @param source the checkpoint's folder, for the message
     * @throws UserException listing every missing, extra and misshapen tensor, if there are any
     */
    public static void check(ModelDefinition definition, Checkpoint checkpoint, Object source) {
        List<String> mismatches = mismatches(definition, checkpoint.entries());
        if (mismatches.isEmpty()) {
            return;
        }
        List<String> shown = mismatches.subList(0, Math.min(LONGEST_LIST, mismatches.size()));
        throw new DataException("the checkpoint in " + source + " does not fit the model (" + definition.describe()
                + "), " + mismatches.size() + (mismatches.size() == 1 ? " mismatch" : " mismatches") + ":\n  "
                + String.join("\n  ", shown)
                + (shown.size() < mismatches.size() ? "\n  and " + (mismatches.size() - shown.size()) + " more" : "")
                + "\nCheck checkpointer.checkpoint_dir against model._component_; a builder that takes its sizes from"
                + " the checkpoint's config.json fits by itself");
    }

    private static List<String> mismatches(ModelDefinition definition, SortedMap<String, TensorEntry> entries) {
        List<String> mismatches = new ArrayList<>();
        Map<String, WeightShape> needed = new HashMap<>();
        for (WeightShape weight : definition.weights()) {
            needed.put(weight.name(), weight);
            TensorEntry entry = entries.get(weight.name());
            String shape = weight.shape().toString();
            if (entry == null) {
                mismatches.add("missing: " + weight.name() + " " + shape);
            } else if (!Arrays.toString(entry.shape()).equals(shape)) {
                mismatches.add(
                        "shape: " + weight.name() + " is " + Arrays.toString(entry.shape()) + ", needed " + shape);
            }
        }
        for (TensorEntry entry : entries.values()) {
            if (!needed.containsKey(entry.name()) && !definition.ignores(entry.name())) {
                mismatches.add("extra: " + entry.name() + " " + Arrays.toString(entry.shape()));
            }
        }
        return mismatches;
    }
}
