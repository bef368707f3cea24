// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.adapters;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigNode.Scalar;
import io.tune4j.api.config.ConfigNode.Sequence;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.Problems.ConfigException;
import io.tune4j.api.config.Problems.Problem;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe.DataReport;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.recipes.forecast.Forecast;
import io.tune4j.recipes.forecast.RunParts;
import io.tune4j.recipes.options.SaveOptions;
import io.tune4j.recipes.run.RunSetup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code adapters}: a list of adapters to train over one base at a time. Each entry has a {@code name}, which is also its folder's in
 * {@code output_dir}, and the keys in which its run differs from the config's own.
 *
 * @param entries none where the config has no {@code adapters}
 * @param with the list that the config would have with overrides
 */
public record AdapterList(List<AdapterEntry> entries, Function<List<String>, AdapterList> with) {
    static final String KEY = "adapters";
    static final String NAME = "name";

    /** A folder's name on every system. */
    private static final Pattern FOLDER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}");

    /** Names that a run gives to files and folders itself. */
    private static final Pattern TAKEN = Pattern.compile(
            "adapter|merged|best|checkpoints|logs|previous|writable|activations|profiling_outputs|epoch_\\d+|.*\\.",
            Pattern.CASE_INSENSITIVE);

    public AdapterList {
        entries = List.copyOf(entries);
    }

    /** Reads the list; what is wrong with an entry is a problem of the config. */
    public static AdapterList read(ConfigValues config) {
        ConfigReader root = config.root();
        List<AdapterEntry> entries = new ArrayList<>();
        ConfigNode node = root.node(KEY);
        if (node != null && !(node instanceof Sequence)) {
            root.problem(KEY, "expected a list of adapters, each with a name");
        } else if (node instanceof Sequence list) {
            entries.addAll(new Reader(config, root).entries(list));
        }
        return new AdapterList(
                entries,
                overrides -> Objects.requireNonNull(config.with(overrides).require(AdapterList.class)));
    }

    /** Reads the entries of one config. */
    private record Reader(ConfigValues config, ConfigReader root) {
        List<AdapterEntry> entries(Sequence list) {
            if (list.items().isEmpty()) {
                root.problem(KEY, "is an empty list; name at least one adapter, or leave it out to train a single one");
            }
            // What is wrong with the config itself is said once, not for each entry.
            RunSetup own = config.require(RunSetup.class);
            SaveOptions saving = config.require(SaveOptions.class);
            ConfigReader checkpointer = root.sectionOrNull("checkpointer");
            if (checkpointer != null && checkpointer.has("recipe_checkpoint")) {
                checkpointer.problem(
                        "recipe_checkpoint",
                        "names the state of one run, and each of several adapters goes on from the newest in its own"
                                + " folder; leave it out");
            }
            boolean readable = own != null && root.problems().mistakes().isEmpty();
            List<AdapterEntry> entries = new ArrayList<>();
            Set<String> names = new HashSet<>();
            for (int i = 0; i < list.items().size(); i++) {
                String place = KEY + "[" + i + "]";
                ConfigNode item = list.items().get(i);
                String name = name(item, place);
                if (name == null || saving == null || !(item instanceof Mapping entry)) {
                    continue;
                }
                if (!names.add(name.toLowerCase(Locale.ROOT))) {
                    root.problems()
                            .add(
                                    item.origin(),
                                    place + "." + NAME,
                                    "there is another adapter '" + name + "', and both would write to one folder; give"
                                            + " each a name of its own");
                    continue;
                }
                AdapterEntry read = entry(place, name, entry, saving.outputDirectory(), readable);
                if (read != null) {
                    entries.add(read);
                }
            }
            return entries;
        }

        private @Nullable String name(ConfigNode item, String place) {
            ConfigNode node = item instanceof Mapping entry ? entry.entries().get(NAME) : null;
            if (!(node instanceof Scalar scalar) || scalar.value() == null) {
                root.problems().add(item.origin(), place, "expected a section with a name, such as {name: rank8}");
                return null;
            }
            String name = scalar.text();
            if (!FOLDER.matcher(name).matches() || TAKEN.matcher(name).matches()) {
                root.problems()
                        .add(
                                scalar.origin(),
                                place + "." + NAME,
                                "'" + name
                                        + "' cannot be the name of its folder in output_dir: use letters, digits, '.', '_'"
                                        + " and '-', and none of adapter, merged, best, checkpoints, logs, previous, epoch_N");
                return null;
            }
            return name;
        }

        private @Nullable AdapterEntry entry(String place, String name, Mapping entry, Path output, boolean readable) {
            List<String> overrides = EntryOverrides.of(root, place, entry, output, output.resolve(name));
            if (!readable) {
                return null;
            }
            try {
                ConfigValues values = config.with(overrides);
                AdapterEntry read = AdapterEntry.of(
                        name,
                        entry.entries().containsKey("dataset")
                                || entry.entries().containsKey("dataset_val"),
                        values);
                takeProblems(values.root().problems().all(), entry, place);
                if (read != null) {
                    checkShared(read, entry, place);
                }
                return read;
            } catch (ConfigException e) {
                String text = String.valueOf(e.getMessage())
                        .lines()
                        .map(line -> line.replaceFirst("^override \\d+: [^:]*: ", ""))
                        .collect(Collectors.joining("; "));
                root.problems().add(entry.origin(), place + " (" + name + ")", text);
                return null;
            }
        }

        private void takeProblems(List<Problem> found, Mapping entry, String place) {
            List<Problem> known = root.problems().all();
            for (Problem problem : found) {
                if (known.stream().anyMatch(other -> other.message().equals(problem.message()))) {
                    continue;
                }
                String path = place + "." + problem.path();
                if (problem.missingFile()) {
                    root.problems().addMissingFile(entry.origin(), path, problem.message());
                } else {
                    root.problems().add(entry.origin(), path, problem.message());
                }
            }
        }

        private void checkShared(AdapterEntry read, Mapping entry, String place) {
            if (!read.model().peft().sharesBase()) {
                root.problems()
                        .add(
                                entry.origin(),
                                place + " (" + read.name() + ")",
                                "its method (" + read.model().peft().describe()
                                        + ") changes more than a sum with the base's projections, so it cannot share their"
                                        + " products with other adapters: use a lora_ model without use_dora,"
                                        + " modules_to_save, trained token rows and initial values from the base, or"
                                        + " give it a run of its own");
            }
            RunSetup own = Objects.requireNonNull(config.require(RunSetup.class));
            ModelDefinition common = own.forecast().parts().model().definition();
            ModelDefinition other = read.model().definition();
            if (!common.describe().equals(other.describe())
                    || !common.weights().equals(other.weights())
                    || common.maxSequenceLength() != other.maxSequenceLength()) {
                root.problems()
                        .add(
                                entry.origin(),
                                place + ".model",
                                "describes another base model (" + other.describe() + ") than the config ("
                                        + common.describe()
                                        + "); all adapters have one base, so only the adapter's own keys can differ");
            }
        }
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /** The names, in the order of the config. */
    List<String> names() {
        return entries.stream().map(AdapterEntry::name).toList();
    }

    /**
     * Foresees a run of all adapters.
     *
     * @param single the forecast of the config without them, which is returned where there are none
     */
    public Forecast forecast(Forecast single) {
        if (isEmpty()) {
            return single;
        }
        return new Forecast(
                JointParts.of(
                        single.parts(),
                        entries.stream().map(AdapterEntry::parts).toList()),
                overrides -> {
                    RunParts changed = single.with().apply(overrides);
                    AdapterList list = with.apply(overrides);
                    return JointParts.of(
                            changed,
                            list.entries.stream().map(AdapterEntry::parts).toList());
                });
    }

    /** Looks at the data of all adapters: those that several have are shown once. */
    public DataReport inspect(int samples, Console console) {
        List<DataReport.Set> sets = new ArrayList<>();
        boolean commonShown = false;
        for (AdapterEntry entry : entries) {
            if (!entry.ownData() && commonShown) {
                continue;
            }
            commonShown |= !entry.ownData();
            DataReport report = entry.data().inspect(entry.model().definition(), samples, console);
            for (DataReport.Set set : report.sets()) {
                sets.add(entry.ownData() ? named(set, entry.name()) : set);
            }
        }
        return new DataReport(sets);
    }

    private static DataReport.Set named(DataReport.Set set, String name) {
        return new DataReport.Set(
                set.key() + " of " + name,
                set.description(),
                set.lengths(),
                set.tokens(),
                set.trainedTokens(),
                set.cut(),
                set.untrained(),
                set.unusable(),
                set.changes(),
                set.warnings(),
                set.samples());
    }
}
