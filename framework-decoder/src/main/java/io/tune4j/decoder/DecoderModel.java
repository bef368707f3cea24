// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.FusedKernels.CachedSequence;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.batch.SequenceLayout.SharedRows;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.SequenceCache;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.DenseWeight;
import io.tune4j.api.nn.Embedding;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.ModelWeight;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.Pass.AdapterRows;
import io.tune4j.api.nn.RmsNorm;
import io.tune4j.api.nn.SoftCappedLinear;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A decoder (Touvron et al. 2023): embedding, layers, final norm, output projection. The tape begins at the first
 * weight that is trained.
 */
final class DecoderModel implements CausalLanguageModel {
    private final DecoderDefinition definition;
    private final Backend backend;
    private final DType dtype;

    private final Embedding embedding;
    private final double logitScale;
    private final Map<Rotary, RotaryTable> tables = new LinkedHashMap<>();
    private final List<DecoderLayer> layers = new ArrayList<>();
    private final RmsNorm finalNorm;
    private final Linear head;

    DecoderModel(
            DecoderDefinition definition, Backend backend, DType dtype, WeightSource weights, LinearFactory linears) {
        this.definition = definition;
        this.backend = backend;
        this.dtype = dtype;
        DecoderConfig config = definition.config();
        config.rotaries().forEach(rotary -> tables.put(rotary, new RotaryTable(backend, dtype, rotary)));
        for (int i = 0; i < definition.layerCount(); i++) {
            layers.add(new DecoderLayer(definition, i, backend, dtype, weights, linears));
        }
        this.finalNorm = new NormWeights(backend, dtype, weights, linears, config.norms())
                .norm(definition.names().finalNorm());
        Linear projection = linears.create(definition.head());
        double softCap = config.embeddings().softCap();
        this.head = softCap == 0 ? projection : new SoftCappedLinear(projection, softCap);
        this.logitScale = config.embeddings().logits();
        // A tied head that is a plain matrix is the table too.
        Tensor shared = definition.tiedEmbeddings() ? plainWeight(head) : null;
        String name = definition.names().embedding();
        ModelWeight table = shared == null
                ? linears.weight(name, () -> weights.load(backend, name, dtype))
                : ModelWeight.shared(shared);
        this.embedding =
                new Embedding(backend, table, rounded(config.embeddings().scale(), dtype));
    }

    /** As a tensor of the dtype holds it. */
    private double rounded(double factor, DType dtype) {
        try (TensorScope scope = TensorScope.open()) {
            return Tensor.full(backend, factor, dtype, 1).toDoubles()[0];
        }
    }

    private static @Nullable Tensor plainWeight(Linear linear) {
        FrozenLinear frozen = linear.frozen();
        return frozen != null && frozen.weight() instanceof DenseWeight dense ? dense.weight() : null;
    }

    @Override
    public Tensor hiddenStates(RaggedBatch batch, long[] rows, Pass pass, int checkpointedLayers) {
        return hiddenStates(new Rows(batch.tokens(), spans(batch.layout()), rows), null, pass, checkpointedLayers);
    }

    /** A group's angles are those that it has without the others, where they depend on the longest sequence too. */
    private static List<Span> spans(SequenceLayout layout) {
        long[] positions = layout.positions();
        if (layout.groups().isEmpty()) {
            return List.of(new Span(positions, layout.longest()));
        }
        List<Span> spans = new ArrayList<>();
        int row = 0;
        for (SequenceLayout.Group group : layout.groups()) {
            spans.add(new Span(Arrays.copyOfRange(positions, row, row + group.rows()), group.longest()));
            row += group.rows();
        }
        return spans;
    }

    /** Computes new rows of sequences that have kept keys and values; records nothing. */
    Tensor continued(Rows rows, IntFunction<List<CachedSequence>> cached, Pass pass) {
        return hiddenStates(rows, cached, pass, 0);
    }

    /**
     * Rows to compute.
     *
     * @param tokens {@code [T]}
     * @param spans their positions, in order
     * @param wanted the rows whose hidden states are wanted, ascending
     */
    record Rows(long[] tokens, List<Span> spans, long[] wanted) {}

    /**
     * Rows whose angles belong together.
     *
     * @param positions of the rows in their sequences
     * @param longest tokens of the longest of the sequences
     */
    record Span(long[] positions, int longest) {}

    private Tensor hiddenStates(
            Rows rows, @Nullable IntFunction<List<CachedSequence>> cached, Pass pass, int checkpointedLayers) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor x = embedding.forward(rows.tokens(), pass);
            WantedRows selected = wanted(rows, pass);
            List<@Nullable Angles> angles = angles(rows.spans(), pass);
            for (int i = 0; i < layers.size(); i++) {
                DecoderLayer layer = layers.get(i);
                WantedRows wanted = i == layers.size() - 1 ? selected : null;
                Angles own = angles.get(i);
                List<CachedSequence> kept = cached == null ? null : cached.apply(i);
                Tensor before = x;
                x = i < checkpointedLayers
                        ? pass.tape()
                                .checkpoint(
                                        x,
                                        (input, tape) -> layer.forward(input, wanted, own, kept, pass.withTape(tape)))
                        : layer.forward(x, wanted, own, kept, pass);
                // The tape holds what the backward needs; without one this keeps two layers' results, not all.
                before.close();
            }
            // Logits are linear in this.
            return scope.escape(Scaling.applyInPlace(finalNorm.forward(x, pass), logitScale, pass));
        }
    }

    private @Nullable WantedRows wanted(Rows rows, Pass pass) {
        if (SharedRows.isEveryRow(rows.wanted(), rows.tokens().length)) {
            return null;
        }
        AdapterRows adapters = pass.adapters();
        return new WantedRows(
                pass.tape().keep(Tensor.ofLongs(backend, rows.wanted())),
                adapters == null ? null : adapters.select(rows.wanted()));
    }

    /** The rotary tables of each layer; layers with the same embedding share them. */
    private List<@Nullable Angles> angles(List<Span> spans, Pass pass) {
        Map<Rotary, Angles> angles = new HashMap<>();
        tables.forEach((rotary, table) -> {
            Angles all = table.angles(spans);
            angles.put(
                    rotary, new Angles(pass.tape().keep(all.cos()), pass.tape().keep(all.sin())));
        });
        List<@Nullable Angles> ofLayers = new ArrayList<>();
        definition.config().kinds().forEach(kind -> ofLayers.add(angles.get(kind.rotary())));
        return ofLayers;
    }

    @Override
    public SequenceCache sequenceCache() {
        return new DecoderCache(this, definition.config(), backend, dtype);
    }

    @Override
    public Linear outputHead() {
        return head;
    }

    @Override
    public boolean sharesRows() {
        return true;
    }

    @Override
    public int layerCount() {
        return layers.size();
    }

    @Override
    public void close() {
        layers.forEach(DecoderLayer::close);
        finalNorm.close();
        head.close();
        embedding.close();
        tables.values().forEach(RotaryTable::close);
    }
}
