// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.nn.Projection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where in an output each projection's columns begin, and those of its parts. */
final class Columns {
    private final Map<String, Long> first = new HashMap<>();
    private long count;

    private Columns() {}

    /** @param projections all projections of the output, in the order of its columns */
    static Columns of(List<Projection> projections) {
        Columns columns = new Columns();
        for (Projection projection : projections) {
            columns.first.put(projection.name(), columns.count);
            long column = columns.count;
            for (Projection part : projection.parts()) {
                columns.first.put(part.name(), column);
                column += part.outFeatures();
            }
            columns.count += projection.outFeatures();
        }
        return columns;
    }

    /** The first column of a projection, or of a part. */
    long of(String name) {
        Long column = first.get(name);
        if (column == null) {
            throw new IllegalArgumentException(name + " is not computed here");
        }
        return column;
    }

    /** All columns. */
    long count() {
        return count;
    }
}
