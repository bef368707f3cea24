// SPDX-License-Identifier: Apache-2.0
/** What exports of models and of adapters share: JSON files, elements of stored tensors, and a listener. */
@NullMarked
package io.tune4j.export.files;

import org.jspecify.annotations.NullMarked;
