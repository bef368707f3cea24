// SPDX-License-Identifier: Apache-2.0
/** Reading what models and adapters have in common: JSON files and elements of stored tensors. */
@NullMarked
package io.tune4j.export.files;

import org.jspecify.annotations.NullMarked;
