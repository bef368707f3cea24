// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.error.InternalException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.report.run.RunFiles;
import io.tune4j.report.run.RunState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The page: one HTML file that includes its style, its script and its data. */
public final class Page {
    /** The file name of a run's report. */
    public static final String FILE = "report.html";

    private static final List<String> SCRIPTS = List.of("format.js", "plot.js", "figures.js", "sections.js", "page.js");

    private Page() {}

    /** The report of one run. */
    public static String report(RunFiles run, RunState state) {
        ObjectNode data = JsonNodeFactory.instance.objectNode().put("live", false);
        data.putArray("runs").add(RunJson.of(run, state));
        return of(data, "'none'");
    }

    /** The live page, which gets its data from the server that it came from. */
    public static String live() {
        ObjectNode data = JsonNodeFactory.instance.objectNode().put("live", true);
        data.putArray("runs");
        return of(data, "'self'");
    }

    /** Writes the report of a run into its folder, atomically. */
    public static Path write(RunFiles run, RunState state) {
        Path file = run.folder().resolve(FILE);
        AtomicFiles.writeString(file, report(run, state));
        return file;
    }

    private static String of(JsonNode data, String connections) {
        StringBuilder script = new StringBuilder();
        SCRIPTS.forEach(name -> script.append(resource(name)));
        // Only "<" could end the script element.
        return resource("page.html")
                .replace("/*STYLE*/", resource("page.css"))
                .replace("/*SCRIPT*/", script)
                .replace("/*CONNECTIONS*/", connections)
                .replace("/*DATA*/", data.toString().replace("<", "\\u003c"));
    }

    private static String resource(String name) {
        try (InputStream in = Page.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new InternalException("the resource " + name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new InternalException("the resource " + name + " cannot be read", e);
        }
    }
}
