package io.tune4j.api.data;

/** A tokenizer's checked options. A component type. */
@FunctionalInterface
public interface TokenizerProvider {
    /**
     * Reads the tokenizer's files.
     *
     * @throws io.tune4j.api.error.UserException if they are missing or broken
     */
    Tokenizer open();
}
