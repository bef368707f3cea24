// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.peft;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.ModelWeight;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.nn.StackedParameter;
import io.tune4j.api.nn.StackedParameter.Part;
import io.tune4j.api.nn.TrainableLinear;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Weights of a checkpoint that are trained as they are: projections with their biases, norms, the embedding. Each is a parameter by the
 * checkpoint's name. Where the model uses a weight twice, as a tied embedding, both uses are the same parameter. Projections of the same
 * input lie side by side, so that they remain one matrix product.
 */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class WholeWeights implements AutoCloseable {
    private final Backend backend;
    private final DType stored;
    private final DType computed;
    private final Predicate<String> trained;
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final Map<String, Integer> uses = new LinkedHashMap<>();
    private final List<StackedParameter> stacks = new ArrayList<>();

    /**
     * @param stored dtype of the parameters
     * @param computed dtype of the computation
     * @param trained which weights, by the checkpoint's names; a projection's bias is trained with its weight
     */
    public WholeWeights(Backend backend, DType stored, DType computed, Predicate<String> trained) {
        this.backend = backend;
        this.stored = stored;
        this.computed = computed;
        this.trained = trained;
    }

    /** Whether the checkpoint's weight of this name is trained. */
    public boolean trains(String weightName) {
        return trained.test(weightName);
    }

    /**
     * Makes the weights that are trained, and leaves the others to another factory.
     *
     * @param base makes what is not trained here; of projections with the same input either all are trained or none
     * @param weights the checkpoint's
     */
    public LinearFactory decorate(LinearFactory base, WeightSource weights) {
        return new LinearFactory() {
            @Override
            public Linear create(List<Projection> projections) {
                return trains(projections.get(0).weightName())
                        ? linear(projections, weights)
                        : base.create(projections);
            }

            @Override
            public ModelWeight weight(String name, Supplier<Tensor> load) {
                return trains(name) ? ModelWeight.trained(parameter(name, weights), computed) : base.weight(name, load);
            }
        };
    }

    private Linear linear(List<Projection> projections, WeightSource weights) {
        return new TrainableLinear(
                stacked(projections, Projection::weightName, weights),
                projections.stream().anyMatch(Projection::bias)
                        ? stacked(projections, each -> each.bias() ? each.biasName() : null, weights)
                        : null);
    }

    private Parameter parameter(String name, WeightSource weights) {
        uses.merge(name, 1, Integer::sum);
        return parameters.computeIfAbsent(name, each -> {
            // A copy, because what is loaded may be mapped from the file.
            try (Tensor loaded = weights.load(backend, name, stored)) {
                return new Parameter(name, loaded.copy());
            }
        });
    }

    private StackedParameter stacked(
            List<Projection> projections, Function<Projection, @Nullable String> naming, WeightSource weights) {
        String only = projections.size() == 1 ? naming.apply(projections.get(0)) : null;
        StackedParameter stack = only != null
                ? new StackedParameter(parameter(only, weights))
                : sideBySide(projections, naming, weights);
        stacks.add(stack);
        return stack;
    }

    private StackedParameter sideBySide(
            List<Projection> projections, Function<Projection, @Nullable String> naming, WeightSource weights) {
        long rows = projections.stream().mapToLong(Projection::outFeatures).sum();
        boolean isMatrix = projections.get(0).weightName().equals(naming.apply(projections.get(0)));
        long[] shape = isMatrix ? new long[] {rows, projections.get(0).inFeatures()} : new long[] {rows};
        Tensor values = TensorScope.detach(Tensor.zeros(backend, stored, shape));
        List<Part> parts = new ArrayList<>();
        long row = 0;
        for (Projection projection : projections) {
            String name = naming.apply(projection);
            if (name != null) {
                Parameter part = new Parameter(name, values.rows(row, projection.outFeatures()));
                weights.loadInto(name, part.value());
                uses.merge(name, 1, Integer::sum);
                parameters.put(name, part);
                parts.add(new Part(part, row));
            }
            row += projection.outFeatures();
        }
        return new StackedParameter(values, parts);
    }

    /** All parameters in the order in which the model asked for them. */
    public List<Parameter> parameters() {
        return List.copyOf(parameters.values());
    }

    /** The parameter of the checkpoint's weight; null if it is not trained. */
    public @Nullable Parameter parameter(String weightName) {
        return parameters.get(weightName);
    }

    /** Whether the model uses the weight more than once, so that its gradient has several parts. */
    public boolean isShared(String weightName) {
        return uses.getOrDefault(weightName, 0) > 1;
    }

    @Override
    public void close() {
        stacks.forEach(StackedParameter::close);
        stacks.clear();
        parameters.values().forEach(Parameter::close);
        parameters.clear();
    }
}
