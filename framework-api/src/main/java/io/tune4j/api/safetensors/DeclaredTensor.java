// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import io.tune4j.api.safetensors.TensorEntry.StoredType;

/**
 * A tensor as a header declares it, before its numbers are held against each other and the file.
 *
 * @param begin of its bytes, from the end of the header
 * @param end of its bytes, from the end of the header
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record DeclaredTensor(String name, StoredType type, long[] shape, long begin, long end) {}
