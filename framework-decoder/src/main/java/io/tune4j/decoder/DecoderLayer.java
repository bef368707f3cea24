// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.FusedKernels.CachedSequence;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.RowSelection;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code h = x + attention(x); y = h + mlp(h)}, with norms before, after or around the two. */
final class DecoderLayer implements AutoCloseable {
    private final AttentionPart attention;
    private final MlpPart mlp;

    DecoderLayer(
            DecoderDefinition definition,
            int index,
            Backend backend,
            DType dtype,
            WeightSource weights,
            LinearFactory linears) {
        DecoderConfig config = definition.config();
        LayerNames names = new LayerNames(definition, index);
        NormWeights norms = new NormWeights(backend, dtype, weights, linears, config.norms());
        this.attention = new AttentionPart(config, names, norms, linears);
        this.mlp = new MlpPart(config, names, norms, linears);
    }

    /**
     * The layer's result.
     *
     * @param x {@code [T, D]}
     * @param wanted the rows whose result is wanted, for the last layer; null for all. The others are then only looked at by attention:
     *     nothing after it is computed for them
     * @param angles of its rotary embedding; null for a layer without one
     * @param cached where it keeps keys and values; null for none
     * @return {@code [T, D]}, or {@code [N, D]}
     */
    Tensor forward(
            Tensor x,
            @Nullable WantedRows wanted,
            @Nullable Angles angles,
            @Nullable List<CachedSequence> cached,
            Pass pass) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor attended = attention.attend(x, angles, cached, pass);
            Tensor own = x;
            Pass after = pass;
            if (wanted != null) {
                attended = RowSelection.apply(attended, wanted.rows(), pass);
                own = RowSelection.apply(x, wanted.rows(), pass);
                after = pass.withAdapters(wanted.adapters());
            }
            return scope.escape(mlp.addTo(attention.project(attended, own, after), after));
        }
    }

    @Override
    public void close() {
        attention.close();
        mlp.close();
    }
}
