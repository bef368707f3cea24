// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.model;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.apiguardian.api.API;

/** A model's architecture in full, with no weight allocated. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface ModelDefinition {
    /** One line, e.g. {@code Llama, 16 layers, 2048 wide, 1.24 B parameters}. */
    String describe();

    /** V, the number of rows of the embedding and of columns of the logits. */
    int vocabularySize();

    /** The most positions a sequence may have. */
    int maxSequenceLength();

    /** The number of layers. */
    int layerCount();

    /** Every tensor a checkpoint must hold, by its name there. */
    List<WeightShape> weights();

    /** Whether a checkpoint may hold this tensor although the model has no use for it. */
    default boolean ignores(String tensorName) {
        return false;
    }

    /** Every projection, in the order of the forward, the output projection last. */
    List<Projection> projections();

    /**
     * Whether the output projection uses the embedding's weight, so that the checkpoint has no weight of its own for it.
     */
    boolean tiedEmbeddings();

    /**
     * The beginning of the names of its modules, the output projection's apart, where the checkpoint has a model for other inputs
     * beside it; empty where it has none.
     */
    default String modulePrefix() {
        return "";
    }

    /**
     * The model that a checkpoint really holds, where its output projection or its names are not what its config says. Called
     * before anything is made of the definition.
     *
     * @param checkpoint the base model's files
     * @param warnings takes what a user should know of the difference
     */
    default ModelDefinition asStored(Checkpoint checkpoint, Consumer<String> warnings) {
        return this;
    }

    /**
     * Makes the model itself, for {@link #build} alone to call: loads the weights that are not projections and asks the
     * factory for each projection by name. Batches reach the result after they were checked.
     *
     * @param backend where to compute
     * @param dtype to compute in
     * @param weights what to load
     * @param linears makes the projections
     */
    CausalLanguageModel assemble(Backend backend, DType dtype, WeightSource weights, LinearFactory linears);

    /**
     * Makes the model. It refuses token ids outside of the vocabulary and sequences longer than {@link #maxSequenceLength}
     * with a {@link io.tune4j.api.error.DataException}, because native kernels would read beyond their tables. Not to be
     * overridden.
     *
     * @param backend where to compute
     * @param dtype to compute in
     * @param weights what to load
     * @param linears makes the projections
     */
    default CausalLanguageModel build(Backend backend, DType dtype, WeightSource weights, LinearFactory linears) {
        return new CheckedModel(this, assemble(backend, dtype, weights, linears));
    }

    /** Number of parameters of the base model. */
    default long parameterCount() {
        return weights().stream().mapToLong(WeightShape::elementCount).sum();
    }

    /**
     * A tensor of a checkpoint.
     *
     * @param name as in the checkpoint
     * @param shape lengths of its dimensions
     */
    record WeightShape(String name, List<Long> shape) {
        public WeightShape {
            shape = List.copyOf(shape);
        }

        /** A weight by its name in the checkpoint, e.g. {@code [out, in]} for a projection. */
        public static WeightShape of(String name, long... shape) {
            return new WeightShape(name, Arrays.stream(shape).boxed().toList());
        }

        /** The number of elements. */
        public long elementCount() {
            return shape.stream().reduce(1L, Math::multiplyExact);
        }
    }
}
