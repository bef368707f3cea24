package io.tune4j.api.recipe;

/** Whether the user asked to stop (Ctrl-C, SIGTERM). Ask between micro-batches; save and return when it is so. */
@FunctionalInterface
public interface Cancellation {
    boolean isRequested();
}
