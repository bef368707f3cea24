// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.train.Optimizer;
import io.tune4j.generation.PromptFormFile;
import java.nio.file.Path;
import java.util.List;

/**
 * The parts that training changes.
 *
 * @param adapter the trained adapter, which may be all weights
 * @param baseModel the base that the adapter's config names
 * @param promptForm the form of the training data's prompts
 */
public record Trained(Backend backend, Adapter adapter, Optimizer optimizer, String baseModel, PromptForm promptForm) {
    /** Writes the adapter and its prompt form into an existing folder. */
    public void save(Path folder) {
        adapter.save(folder, baseModel);
        PromptFormFile.write(folder, promptForm);
    }

    public List<Parameter> parameters() {
        return adapter.parameters();
    }

    public void clearGradients() {
        parameters().forEach(Parameter::clearGradient);
    }
}
