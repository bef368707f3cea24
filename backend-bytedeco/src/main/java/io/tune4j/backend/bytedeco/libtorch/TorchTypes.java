// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.libtorch;

import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Names of dtypes and devices in libtorch. */
public final class TorchTypes {
    private TorchTypes() {}

    public static ScalarType scalarType(DType dtype) {
        return switch (dtype) {
            case FLOAT64 -> ScalarType.Double;
            case FLOAT32 -> ScalarType.Float;
            case BFLOAT16 -> ScalarType.BFloat16;
            case FLOAT16 -> ScalarType.Half;
            case INT64 -> ScalarType.Long;
            case INT32 -> ScalarType.Int;
            case UINT8 -> ScalarType.Byte;
            case BOOL -> ScalarType.Bool;
        };
    }

    /** The dtype of a tensor. */
    public static DType dtype(Tensor tensor) {
        int type = tensor.scalar_type().value;
        for (DType dtype : DType.values()) {
            if (scalarType(dtype).value == type) {
                return dtype;
            }
        }
        throw new IllegalArgumentException(
                "no dtype of ours: " + tensor.scalar_type().intern());
    }

    /** Options for new arrays; kept by the backend for its life time. */
    public static TensorOptions options(DType dtype, Device device) {
        try (ScalarTypeOptional type = new ScalarTypeOptional(scalarType(dtype));
                org.bytedeco.pytorch.Device where = new org.bytedeco.pytorch.Device(device.toString());
                DeviceOptional place = new DeviceOptional(where);
                TensorOptions plain = new TensorOptions();
                TensorOptions typed = plain.dtype(type)) {
            return typed.device(place);
        }
    }
}
