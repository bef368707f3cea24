// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.data;

import java.util.Map;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** A language of templates that turn the fields of a record into a text. A component type; the bundled one is {@code jinja}. */
@API(status = API.Status.INTERNAL, since = "0.1")
public interface TextTemplates {
    /** A parsed template. Safe for use by several threads. */
    @FunctionalInterface
    interface Template {
        /**
         * Fills it in.
         *
         * @param fields texts, numbers, booleans, null, lists and maps by name
         * @throws io.tune4j.api.error.DataException if the template fails, or names a field that is not there
         */
        String render(Map<String, ? extends @Nullable Object> fields);
    }

    /**
     * Parses a template. White space stays as written, a line break at the end too.
     *
     * @param origin where it was written, for messages
     * @throws io.tune4j.api.error.UserException if it is not valid
     */
    Template parse(String source, String origin);
}
