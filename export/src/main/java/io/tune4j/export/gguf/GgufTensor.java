// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.gguf;

import java.util.List;

/**
 * A tensor of a GGUF file.
 *
 * @param shape lengths of the dimensions, the row's length last as everywhere here; the file lists them the other way around
 * @param offset of its first byte from the beginning of the tensors' data
 */
public record GgufTensor(String name, GgufType type, List<Long> shape, long offset) {
    public GgufTensor {
        shape = List.copyOf(shape);
    }

    /** Elements of a row. */
    public long rowLength() {
        return shape.isEmpty() ? 1 : shape.get(shape.size() - 1);
    }

    public long elements() {
        return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
    }

    public long rows() {
        return rowLength() == 0 ? 0 : elements() / rowLength();
    }

    public long byteLength() {
        return type.byteLength(elements());
    }
}
