// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import io.tune4j.api.tensor.Tensor;

/** Cosines and sines of the rotary angles of a batch's rows, {@code [T, dimensions / 2]} each. */
record Angles(Tensor cos, Tensor sin) {}
