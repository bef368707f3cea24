// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.djl;

import ai.djl.pytorch.jni.IValue;
import io.tune4j.api.tensor.Array;
import io.tune4j.api.tensor.DType;

/**
 * An array that is a value of TorchScript. DJL's own arrays are not used: asking one of them for a bf16 dtype aborts the
 * JVM, and each belongs to a manager.
 *
 * @param value taken over; closing it drops the one reference that Java holds
 */
@SuppressWarnings("ArrayRecordComponent") // compared by identity alone
record DjlArray(IValue value, DType dtype, long[] shape) implements Array {
    @Override
    public void close() {
        value.close();
    }
}
