// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import io.tune4j.api.backend.CodeMap;
import io.tune4j.api.tensor.ArrayKernels;
import java.util.IdentityHashMap;
import java.util.Map;

/** The dynamic maps of one optimizer, made when they are first used. */
final class CodeMaps implements AutoCloseable {
    private final Map<ArrayKernels, CodeMap> signed = new IdentityHashMap<>();
    private final Map<ArrayKernels, CodeMap> unsigned = new IdentityHashMap<>();

    CodeMap get(ArrayKernels on, boolean forSigned) {
        return (forSigned ? signed : unsigned)
                .computeIfAbsent(on, kernels -> new CodeMap(kernels, DynamicMap.values(forSigned)));
    }

    @Override
    public void close() {
        signed.values().forEach(CodeMap::close);
        unsigned.values().forEach(CodeMap::close);
        signed.clear();
        unsigned.clear();
    }
}
