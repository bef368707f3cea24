// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distributed;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.plugin.ApiVersion;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.recipes.data.TrainingSets;
import io.tune4j.recipes.options.BatchOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The facts that must be equal on all workers of a run. */
final class Facts {
    /** Keys at the top level that each worker may have for itself. */
    private static final Pattern OWN = Pattern.compile("^(num_threads|device|token_cache|log_level): .*");

    /** The origin that a resolved config has beside a value. */
    private static final Pattern ORIGIN = Pattern.compile("\\s+# .*$");

    private Facts() {}

    /** One a line: the version, data, the base model's files, and the resolved config. */
    static List<String> of(DistributedParts parts, RunConfig config, TrainingSets sets, Checkpoint base) {
        List<String> facts = new ArrayList<>();
        facts.add("version of tune4j: " + ApiVersion.current());
        facts.add("WORLD_SIZE: " + parts.workers().size());
        facts.add("dataset (fingerprint of its tokens): " + sets.training().fingerprint());
        base.versions().forEach((file, version) -> facts.add("size and content of " + file + ": " + version.content()));
        config.yaml()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> ORIGIN.matcher(line).replaceFirst(""))
                .filter(line -> !OWN.matcher(line).matches())
                .forEach(facts::add);
        return facts;
    }

    /** The config with the micro-batches of a step, so that a resumed run may have another number of workers. */
    static RunConfig withMicroBatches(RunConfig config, BatchOptions batching) {
        return new RunConfig(
                config.root(),
                config.problems(),
                config.notices(),
                config.yamlWith(Workers.MICRO_BATCHES, batching.accumulation()),
                config.source());
    }

    /** Has all workers compute as the first one does, as far as they can, and lets that one say where they cannot. */
    static void repeatArithmetic(Team team, Backend backend, Console console) {
        String first = team.told(backend.arithmetic());
        String own = team.rank() == 0 || backend.repeat(first) ? "" : backend.arithmetic();
        List<String> others = team.all(own);
        for (int rank = 1; team.rank() == 0 && rank < others.size(); rank++) {
            if (!others.get(rank).isEmpty()) {
                console.warning("the last bits of losses depend on how the work is divided: worker 0 computes with "
                        + first + ", worker " + rank + " with " + others.get(rank));
            }
        }
    }
}
