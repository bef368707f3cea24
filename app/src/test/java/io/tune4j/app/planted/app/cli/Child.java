// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.planted.app.cli;

import io.tune4j.app.planted.app.Root;
import org.jspecify.annotations.Nullable;

/** A child that uses the root package. */
public record Child(@Nullable Root root) {}
