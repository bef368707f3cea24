// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.faults;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.autograd.ParameterGroup;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.TensorFiles;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** {@code y = (1 + g) * x·Wᵀ + b} with a trained g for all but gate_proj and up_proj, and with faults on demand. */
record GainMethod(Set<GainMethod.Flaw> flaws) implements PeftMethod {
    private static final String FILE = "gains.safetensors";

    enum Flaw {
        BEGINS_ELSEWHERE,
        COUNTS_WRONG,
        WRONG_GRADIENT,
        KEEPS_ITS_OUTPUT,
        DRAWS_FROM_A_STATE,
        LOOKS_AT_NEIGHBOURS,
        BEGINS_BY_THE_CLOCK,
        GROUPS_MISS_ONE,
        NAMES_TWICE,
        ADAPTS_EVERYTHING,
        CHANGES_ITS_INPUT,
        CHANGES_THE_BASE,
        FORGETS_WHEN_SAVED,
        MERGES_WRONG,
        TAKES_ANY_FILE,
        SWALLOWS_OPTIONS,
        LEAKS
    }

    private static int draws;

    private boolean has(Flaw flaw) {
        return flaws.contains(flaw);
    }

    @Override
    public String name() {
        return "gain";
    }

    @Override
    public String summary() {
        return "a trained factor per output";
    }

    @Override
    public PeftPlan configure(ConfigReader options, ModelDefinition model) {
        DType dtype = options.dtype("adapter_dtype", DType.FLOAT32);
        if (has(Flaw.SWALLOWS_OPTIONS)) {
            options.keys().forEach(options::claim);
        }
        List<Projection> targets = model.projections().stream()
                .filter(each -> Set.of("q_proj", "k_proj", "v_proj", "o_proj", "down_proj")
                        .contains(each.leafName()))
                .toList();
        return new PeftPlan() {
            @Override
            public String describe() {
                return "gains";
            }

            @Override
            public long parameterCount() {
                long count = targets.stream().mapToLong(Projection::outFeatures).sum();
                return has(Flaw.COUNTS_WRONG) ? count + 1 : count;
            }

            @Override
            public boolean drawsPerRow() {
                return false;
            }

            @Override
            public long fileBytes() {
                return 8 * parameterCount() + 4096;
            }

            @Override
            public Adapter attach(Backend backend, DType computeDtype, long seed) {
                return new GainAdapter(targets, backend, dtype);
            }
        };
    }

    private final class GainAdapter implements Adapter {
        private final Map<String, Parameter> gains = new LinkedHashMap<>();

        GainAdapter(List<Projection> targets, Backend backend, DType dtype) {
            double begin = has(Flaw.BEGINS_ELSEWHERE)
                    ? 0.1
                    : has(Flaw.BEGINS_BY_THE_CLOCK) ? 1e-9 * (System.nanoTime() % 100_000) : 0;
            targets.forEach(each -> gains.put(
                    each.name(),
                    new Parameter(
                            has(Flaw.NAMES_TWICE) ? "gain" : each.name(),
                            Tensor.full(backend, begin, dtype, each.outFeatures()))));
        }

        @Override
        public LinearFactory decorate(FrozenLinearFactory base) {
            return projections -> {
                FrozenLinear frozen = base.create(projections);
                Tensor bias = frozen.bias();
                if (has(Flaw.CHANGES_THE_BASE) && bias != null) {
                    bias.timesInPlace(1.1);
                }
                List<Parameter> own = projections.stream()
                        .map(each -> gains.get(each.name()))
                        .filter(Objects::nonNull)
                        .toList();
                return own.isEmpty() ? frozen : new GainLinear(frozen, own);
            };
        }

        @Override
        public List<Parameter> parameters() {
            return List.copyOf(gains.values());
        }

        @Override
        public List<ParameterGroup> parameterGroups(double ratio) {
            List<Parameter> all = parameters();
            return has(Flaw.GROUPS_MISS_ONE) && ratio != 1
                    ? List.of(
                            new ParameterGroup(all.subList(0, 1), 1),
                            new ParameterGroup(all.subList(2, all.size()), ratio))
                    : Adapter.super.parameterGroups(ratio);
        }

        @Override
        public void save(Path directory, String baseModel) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            gains.forEach((name, gain) -> tensors.put(name, gain.value()));
            TensorFiles.write(directory.resolve(FILE), tensors);
        }

        @Override
        public void load(Path directory) {
            try (Checkpoint file = Checkpoint.open(directory.resolve(FILE))) {
                if (has(Flaw.FORGETS_WHEN_SAVED)) {
                    return;
                }
                CheckpointWeights weights = new CheckpointWeights(file);
                gains.forEach((name, gain) -> {
                    weights.loadInto(name, gain.value());
                    gain.changed();
                });
            } catch (io.tune4j.api.error.UserException e) {
                if (!has(Flaw.TAKES_ANY_FILE)) {
                    throw e;
                }
            }
        }

        @Override
        public boolean adapts(String weightName) {
            return has(Flaw.ADAPTS_EVERYTHING)
                    || weightName.endsWith(".weight")
                            && gains.containsKey(weightName.substring(0, weightName.length() - 7));
        }

        @Override
        public Tensor merge(String weightName, Tensor weight) {
            try (TensorScope scope = TensorScope.open()) {
                Tensor gain = gains.get(weightName.substring(0, weightName.length() - 7))
                        .in(weight.dtype());
                double one = has(Flaw.MERGES_WRONG) ? 1.2 : 1;
                return scope.escape(weight.times(gain.plus(one).reshape(gain.size(0), 1)));
            }
        }

        @Override
        public void close() {
            if (!has(Flaw.LEAKS)) {
                gains.values().forEach(Parameter::close);
            }
        }
    }

    private final class GainLinear implements Linear {
        private final FrozenLinear base;
        private final List<Parameter> gains;

        GainLinear(FrozenLinear base, List<Parameter> gains) {
            this.base = base;
            this.gains = gains;
        }

        /** {@code 1 + g} of all projections, side by side. */
        private Tensor factors(DType dtype) {
            return Tensor.concatenate(
                            0, gains.stream().map(gain -> gain.in(dtype)).toList())
                    .plus(1);
        }

        @Override
        public Tensor forward(Tensor x, Pass pass) {
            try (TensorScope scope = TensorScope.open()) {
                Tensor plain = base.weight().multiply(x);
                Tensor y = plain.times(factors(x.dtype()));
                if (has(Flaw.DRAWS_FROM_A_STATE)) {
                    y.timesInPlace(1 + 1e-4 * draws++);
                }
                if (has(Flaw.LOOKS_AT_NEIGHBOURS)) {
                    y.addInPlace(plain.sum(0), 0.01);
                }
                if (has(Flaw.CHANGES_ITS_INPUT)) {
                    x.timesInPlace(1.01);
                }
                Tensor bias = base.bias();
                if (bias != null) {
                    y.addInPlace(bias, 1);
                }
                boolean keepsOutput = has(Flaw.KEEPS_ITS_OUTPUT) && bias == null;
                pass.tape()
                        .record(
                                y,
                                (dy, gradients) -> {
                                    Tensor input = keepsOutput ? y.dividedBy(factors(x.dtype())) : plain;
                                    accumulate(dy.times(input).sum(0));
                                    if (gradients.wants(x)) {
                                        Tensor scaled = dy.times(factors(x.dtype()));
                                        gradients.add(x, base.weight().multiplyBackward(scaled));
                                    }
                                },
                                keepsOutput ? y : plain);
                return scope.escape(y);
            }
        }

        /** @param sum {@code [1, sum of out]} */
        private void accumulate(Tensor sum) {
            double factor = has(Flaw.WRONG_GRADIENT) ? 0.999 : 1;
            long start = 0;
            for (Parameter gain : gains) {
                long length = gain.value().size(0);
                gain.accumulate(sum.narrow(1, start, length).reshape(length).times(factor));
                start += length;
            }
        }

        @Override
        public void close() {
            base.close();
        }
    }
}
