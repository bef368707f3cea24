package io.tune4j.api.safetensors;

/**
 * Distinguishes a checkpoint's file from another of the same name.
 *
 * @param content its size and a digest of its header and of samples of what it holds
 * @param modified when it was last written to
 */
public record FileVersion(String content, String modified) {}
