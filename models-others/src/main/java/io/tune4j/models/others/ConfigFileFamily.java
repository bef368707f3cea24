// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.others;

import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelFamily;
import io.tune4j.decoder.Architecture;
import io.tune4j.decoder.ConfigFileBuilder;
import java.util.List;

/** A family with one builder, which reads {@code config.json}. */
record ConfigFileFamily(String name, Architecture architecture) implements ModelFamily {
    @Override
    public List<ModelBuilder> builders() {
        return List.of(new ConfigFileBuilder(
                architecture.builder(),
                "any " + String.join(", ", architecture.architectures()) + ", sized by its checkpoint's config.json",
                architecture));
    }
}
