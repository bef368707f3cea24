// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Problems;
import io.tune4j.api.error.InternalException;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.ModelDefinition.WeightShape;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.DenseWeight;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.engine.config.ConfigLoader;
import java.util.ArrayList;
import java.util.List;

/** Two layers' worth of projections, for what needs names and sizes only. */
record StubModel(boolean tiedEmbeddings) implements ModelDefinition {
    static final int WIDTH = 6;

    static ConfigReader options(String yaml) {
        Problems problems = new Problems();
        return new ConfigReader(ConfigLoader.parse(yaml, "test", problems), problems, new Notices());
    }

    @Override
    public List<Projection> projections() {
        List<Projection> projections = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            String at = "model.layers." + i;
            projections.add(new Projection(at + ".self_attn.q_proj", WIDTH, 8, true));
            projections.add(new Projection(at + ".self_attn.k_proj", WIDTH, 4, true));
            projections.add(new Projection(at + ".self_attn.v_proj", WIDTH, 4, false));
            projections.add(new Projection(at + ".self_attn.o_proj", 8, WIDTH, false));
            projections.add(new Projection(at + ".mlp.gate_proj", WIDTH, 10, false));
            projections.add(new Projection(at + ".mlp.up_proj", WIDTH, 10, false));
            projections.add(new Projection(at + ".mlp.down_proj", 10, WIDTH, false));
        }
        projections.add(new Projection("lm_head", WIDTH, 12, false));
        return projections;
    }

    /** The q, k and v of the first layer, which are computed as one. */
    List<Projection> fused() {
        return projections().subList(0, 3);
    }

    /** Random weights. */
    static FrozenLinearFactory frozen(Backend backend, DType dtype) {
        return projections -> {
            try (TensorScope scope = TensorScope.open()) {
                long out =
                        projections.stream().mapToLong(Projection::outFeatures).sum();
                long in = projections.get(0).inFeatures();
                Tensor weight = Tensor.uniform(backend, 5, dtype, out, in).plus(-0.5);
                Tensor bias = Tensor.uniform(backend, 6, dtype, out);
                return new FrozenLinear(projections, new DenseWeight(weight), TensorScope.detach(bias));
            }
        };
    }

    @Override
    public String describe() {
        return "a stub";
    }

    @Override
    public int vocabularySize() {
        return 12;
    }

    @Override
    public int maxSequenceLength() {
        return 16;
    }

    @Override
    public int layerCount() {
        return 2;
    }

    @Override
    public List<WeightShape> weights() {
        return projections().stream()
                .map(each -> WeightShape.of(each.weightName(), each.outFeatures(), each.inFeatures()))
                .toList();
    }

    @Override
    public CausalLanguageModel assemble(Backend backend, DType dtype, WeightSource weights, LinearFactory linears) {
        throw new InternalException("only names and sizes are tested here");
    }
}
