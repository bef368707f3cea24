package com.example.tune4j.vera;

import io.tune4j.api.tensor.DType;
import java.util.List;

/**
 * The options of a model section, by peft's names.
 *
 * @param rank of the shared matrices
 * @param targets the last parts of the adapted projections' names
 * @param dInitial the beginning of every entry of d
 * @param projectionKey the seed of the shared matrices
 * @param dtype of the parameters
 */
record VeraOptions(int rank, List<String> targets, double dInitial, long projectionKey, DType dtype) {}
