// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.adapters;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.Pass.AdapterRows;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.engine.adapter.AdapterSet;
import io.tune4j.recipes.forecast.RunParts;
import io.tune4j.recipes.options.AdaptedModel;
import io.tune4j.recipes.options.BatchOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The parts of a run of several adapters, for its forecast: their micro-batches are one, and their adapters are one. */
final class JointParts {
    private JointParts() {}

    /** @param common the config's own */
    static RunParts of(RunParts common, List<RunParts> each) {
        PeftPlan plan =
                new JointPlan(each.stream().map(parts -> parts.model().peft()).toList());
        ModelPlan own = common.model().plan();
        ModelPlan model = new ModelPlan(own.name(), own.definition(), plan, own.weightFormat());
        return new RunParts(
                common.backend(),
                common.computing(),
                new AdaptedModel(model, plan, common.model().dtypes()),
                null,
                common.loss(),
                common.updates(),
                batching(
                        common.batching(), each.stream().map(RunParts::batching).toList()),
                common.sums(),
                common.maxTokens(),
                common.memory(),
                common.saving(),
                common.steps());
    }

    private static BatchOptions batching(BatchOptions common, List<BatchOptions> each) {
        boolean byTokens = each.stream().anyMatch(batching -> batching.maxTokens() != null);
        Integer tokens = byTokens
                ? Integer.valueOf(each.stream()
                        .mapToInt(batching -> Objects.requireNonNullElse(batching.maxTokens(), 0))
                        .sum())
                : null;
        return new BatchOptions(
                common.shuffle(),
                each.stream().mapToInt(BatchOptions::size).sum(),
                tokens,
                common.grouped(),
                common.mergedTokens(),
                common.sharing(),
                each.stream().mapToInt(BatchOptions::accumulation).max().orElse(1),
                common.sequences());
    }

    /** Several plans as one. */
    private record JointPlan(List<PeftPlan> plans) implements PeftPlan {
        @Override
        public String describe() {
            return plans.size() + " adapters, the first: " + plans.get(0).describe();
        }

        @Override
        public long parameterCount() {
            return plans.stream().mapToLong(PeftPlan::parameterCount).sum();
        }

        @Override
        public long fileBytes() {
            return plans.stream().mapToLong(PeftPlan::fileBytes).sum();
        }

        @Override
        public String weightFormat() {
            return plans.get(0).weightFormat();
        }

        @Override
        public List<String> quantizing() {
            return plans.get(0).quantizing();
        }

        @Override
        public String shrinking() {
            return "fewer adapters at a time";
        }

        @Override
        public Adapter attach(Backend backend, DType computeDtype, long seed) {
            return new JointAdapter(plans.stream()
                    .map(plan -> plan.attach(backend, computeDtype, seed))
                    .toList());
        }
    }

    /** Several adapters, each of which has its share of the rows of any pass. */
    private record JointAdapter(List<Adapter> adapters) implements Adapter {
        @Override
        public LinearFactory decorate(FrozenLinearFactory base) {
            LinearFactory all = AdapterSet.over(base, adapters);
            return projections -> {
                Linear linear = all.create(projections);
                boolean isFrozen = IntStream.rangeClosed(1, adapters.size())
                        .allMatch(adapter -> AdapterSet.of(linear, adapter) instanceof FrozenLinear);
                return isFrozen ? AdapterSet.of(linear, AdapterRows.BASE) : new EvenRows(linear, adapters.size());
            };
        }

        @Override
        public List<Parameter> parameters() {
            return adapters.stream()
                    .flatMap(adapter -> adapter.parameters().stream())
                    .toList();
        }

        @Override
        public boolean adapts(String weightName) {
            return adapters.stream().anyMatch(adapter -> adapter.adapts(weightName));
        }

        @Override
        public void save(Path directory, String baseModel) {
            throw forecastsOnly();
        }

        @Override
        public void load(Path directory) {
            throw forecastsOnly();
        }

        @Override
        public Tensor merge(String weightName, Tensor weight) {
            throw forecastsOnly();
        }

        private static IllegalStateException forecastsOnly() {
            return new IllegalStateException("several adapters as one are for forecasts; each is saved for itself");
        }

        @Override
        public void close() {
            adapters.forEach(Adapter::close);
        }
    }

    /** Projections whose rows are divided evenly among the adapters. */
    private record EvenRows(Linear linear, int adapters) implements Linear {
        private Pass divided(Tensor x, Pass pass) {
            int rows = Math.toIntExact(x.size(0));
            int[] ofRows = new int[rows];
            for (int row = 0; row < rows; row++) {
                ofRows[row] = 1 + (int) ((long) row * adapters / rows);
            }
            return pass.withAdapters(AdapterRows.of(ofRows));
        }

        @Override
        public Tensor forward(Tensor x, Pass pass) {
            return linear.forward(x, divided(x, pass));
        }

        @Override
        public void replay(Tensor x, Tensor result, Pass pass) {
            linear.replay(x, result, divided(x, pass));
        }

        @Override
        public @Nullable FrozenLinear frozen() {
            return linear.frozen();
        }

        @Override
        public void close() {
            linear.close();
        }
    }
}
