// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.RecordProvider;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;

/** {@code records}: the records of files or of a data set of the hub, by the keys of the data sets. */
public final class RecordComponents implements ComponentFactory<RecordProvider> {
    @Override
    public Class<RecordProvider> type() {
        return RecordProvider.class;
    }

    @Override
    public String name() {
        return "records";
    }

    @Override
    public String summary() {
        return "records of files or of the hub, as they are";
    }

    @Override
    public RecordProvider create(ConfigReader options, ComponentContext context) {
        RecordSource source = RecordSource.read(
                options,
                "json",
                options.stringOrNull("name"),
                context.components().environment());
        return visitor -> source.open().read(visitor::accept);
    }
}
