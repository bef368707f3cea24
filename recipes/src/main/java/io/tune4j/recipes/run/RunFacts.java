// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

import io.tune4j.api.recipe.RunEvent.Begun;
import io.tune4j.api.recipe.RunEvent.DataSet;
import io.tune4j.recipes.forecast.RunParts;
import io.tune4j.recipes.training.TrainingData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The facts of a run that its report shows. */
final class RunFacts {
    private RunFacts() {}

    static Begun of(RunStart start, Trained trained) {
        RunParts parts = start.setup().parts();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("model", parts.model().definition().describe());
        facts.put("adapter", parts.model().peft().describe());
        facts.put("base", trained.baseModel());
        facts.put("backend", trained.backend().name());
        facts.put("device", parts.computing().device().toString());
        facts.put("dtype", start.setup().dtype().configName());
        facts.put("seed", String.valueOf(start.seed()));
        List<DataSet> data = new ArrayList<>();
        data.add(dataSet("dataset", start.sets().training()));
        TrainingData validation = start.sets().validation();
        if (validation != null) {
            data.add(dataSet("dataset_val", validation));
        }
        return new Begun(
                start.output(),
                start.resume().step(),
                start.steps().total(),
                start.steps().perEpoch(),
                facts,
                data,
                parts.memory().limit().exists() ? parts.memory().limit().bytes() : 0);
    }

    private static DataSet dataSet(String key, TrainingData data) {
        return new DataSet(
                key,
                data.describe(),
                data.lengths(),
                data.store().summary().tokens(),
                data.store().trainedTokens());
    }
}
