// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.profile;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/**
 * Calls in the Trace Event Format, for chrome://tracing and Perfetto: complete events, microseconds, and a counter for
 * memory where it was recorded.
 */
public final class ChromeTrace {
    private static final double MICROS = 1e3;

    private ChromeTrace() {}

    /** Writes a file; the stream stays open. */
    public static void write(List<KernelCall> calls, OutputStream target) throws IOException {
        long origin = calls.stream().mapToLong(KernelCall::start).min().orElse(0);
        try (JsonGenerator json = new JsonFactory()
                .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
                .createGenerator(target)) {
            json.writeStartObject();
            json.writeStringField("displayTimeUnit", "ms");
            json.writeArrayFieldStart("traceEvents");
            for (KernelCall call : calls) {
                event(json, call, origin);
                if (call.residentBytes() >= 0) {
                    memory(json, call, origin);
                }
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    private static void event(JsonGenerator json, KernelCall call, long origin) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", call.name());
        json.writeStringField("cat", "kernel");
        json.writeStringField("ph", "X");
        json.writeNumberField("ts", (call.start() - origin) / MICROS);
        json.writeNumberField("dur", call.nanos() / MICROS);
        json.writeNumberField("pid", 0);
        json.writeNumberField("tid", call.thread());
        json.writeObjectFieldStart("args");
        json.writeStringField("operands", call.operands());
        if (!call.stack().isEmpty()) {
            json.writeStringField("stack", String.join("\n", call.stack()));
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void memory(JsonGenerator json, KernelCall call, long origin) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", "memory");
        json.writeStringField("ph", "C");
        json.writeNumberField("ts", (call.start() + call.nanos() - origin) / MICROS);
        json.writeNumberField("pid", 0);
        json.writeObjectFieldStart("args");
        json.writeNumberField("bytes", call.residentBytes());
        json.writeEndObject();
        json.writeEndObject();
    }
}
