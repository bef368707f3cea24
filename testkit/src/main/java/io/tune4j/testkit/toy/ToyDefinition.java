// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.toy;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.ModelDefinition.WeightShape;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * A decoder of a few thousand parameters with everything that matters to a PEFT method: projections computed together and
 * alone, biases, an output projection of its own or tied to the embedding, attention that sees the last {@value #WINDOW} rows.
 *
 * @param layers their number
 * @param tiedEmbeddings whether the output projection is the embedding
 * @param bias whether the projections of attention have biases
 */
public record ToyDefinition(int layers, boolean tiedEmbeddings, boolean bias) implements ModelDefinition {
    static final String EMBEDDING = "toy.embedding.weight";
    static final String NORM = "toy.norm.weight";
    private static final int WINDOW = 9;
    static final AttentionShape SHAPE = new AttentionShape(2, 1, 4, WINDOW, 0.5, 0);
    private static final int WIDTH = 8;
    private static final int FEED_FORWARD = 12;
    private static final int POSITIONS = 512;

    private static String at(int layer, String leaf) {
        return "toy.layers." + layer + "." + leaf;
    }

    List<Projection> queryKeyValue(int layer) {
        return List.of(
                new Projection(at(layer, "q_proj"), WIDTH, SHAPE.querySize(), bias),
                new Projection(at(layer, "k_proj"), WIDTH, SHAPE.keyValueSize(), bias),
                new Projection(at(layer, "v_proj"), WIDTH, SHAPE.keyValueSize(), bias));
    }

    Projection output(int layer) {
        return new Projection(at(layer, "o_proj"), SHAPE.querySize(), WIDTH, false);
    }

    List<Projection> gateUp(int layer) {
        return List.of(
                new Projection(at(layer, "gate_proj"), WIDTH, FEED_FORWARD, false),
                new Projection(at(layer, "up_proj"), WIDTH, FEED_FORWARD, false));
    }

    Projection down(int layer) {
        return new Projection(at(layer, "down_proj"), FEED_FORWARD, WIDTH, false);
    }

    Projection head() {
        return new Projection(
                "toy.head", WIDTH, vocabularySize(), false, tiedEmbeddings ? EMBEDDING : "toy.head.weight");
    }

    @Override
    public List<Projection> projections() {
        List<Projection> projections = new ArrayList<>();
        for (int i = 0; i < layers; i++) {
            projections.addAll(queryKeyValue(i));
            projections.add(output(i));
            projections.addAll(gateUp(i));
            projections.add(down(i));
        }
        projections.add(head());
        return projections;
    }

    @Override
    public String describe() {
        return "Toy, " + layers + " layers, " + WIDTH + " wide";
    }

    @Override
    public int vocabularySize() {
        return ByteTokenizer.VOCABULARY;
    }

    @Override
    public int maxSequenceLength() {
        return POSITIONS;
    }

    @Override
    public int layerCount() {
        return layers;
    }

    @Override
    public List<WeightShape> weights() {
        List<WeightShape> weights = new ArrayList<>();
        weights.add(WeightShape.of(EMBEDDING, vocabularySize(), WIDTH));
        for (Projection projection : projections()) {
            if (!projection.weightName().equals(EMBEDDING)) {
                weights.add(WeightShape.of(projection.weightName(), projection.outFeatures(), projection.inFeatures()));
            }
            if (projection.bias()) {
                weights.add(WeightShape.of(projection.biasName(), projection.outFeatures()));
            }
        }
        weights.add(WeightShape.of(NORM, WIDTH));
        return weights;
    }

    @Override
    public CausalLanguageModel assemble(Backend backend, DType dtype, WeightSource weights, LinearFactory linears) {
        return new ToyModel(this, backend, dtype, weights, linears);
    }
}
