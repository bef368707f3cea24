package io.tune4j.api.model;

import java.util.List;

/** Architectures that share code, e.g. all Llama-like models. */
public interface ModelFamily {
    /** Lower case, e.g. {@code llama}. */
    String name();

    List<ModelBuilder> builders();
}
