// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.adapter;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Programs that compute with an adapter beside its base model, and read one alpha and no patterns. */
public enum Program {
    LLAMA_CPP("llama.cpp", "gguf"),
    OLLAMA("ollama", "gguf"),
    VLLM("vllm", "hf");

    private final String label;
    private final String mergedFormat;

    Program(String label, String mergedFormat) {
        this.label = label;
        this.mergedFormat = mergedFormat;
    }

    /** The name that users write. */
    public String label() {
        return label;
    }

    /** The format of a merged model for it. */
    String mergedFormat() {
        return mergedFormat;
    }

    /** Whether it reads an adapter as GGUF, and else in peft's format. */
    public boolean readsGguf() {
        return mergedFormat.equals("gguf");
    }

    /** The program that a user names. */
    public static Optional<Program> named(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return Arrays.stream(values()).filter(each -> each.label.equals(lower)).findFirst();
    }

    /** The names, for messages. */
    public static String labels() {
        return Arrays.stream(values()).map(Program::label).collect(Collectors.joining(", "));
    }
}
