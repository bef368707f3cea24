// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.config;

import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;

/** Things worth one line to the user that are no mistakes. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Notices {
    private final List<String> lines = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    /** Adds a line of information. */
    public void add(String line) {
        if (!lines.contains(line)) {
            lines.add(line);
        }
    }

    /** Adds a warning about a setting that is probably a mistake. */
    public void warn(String line) {
        if (!warnings.contains(line)) {
            warnings.add(line);
        }
    }

    /** The lines that warn, in the order in which they were added. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** All but the warnings. */
    public List<String> all() {
        return List.copyOf(lines);
    }
}
