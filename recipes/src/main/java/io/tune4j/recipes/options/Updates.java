// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.options;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.train.LearningRateSchedule;
import io.tune4j.api.train.Optimizer;
import io.tune4j.api.train.OptimizerProvider;
import io.tune4j.recipes.optimizer.SeparateOptimizers;
import io.tune4j.recipes.schedule.Schedules;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How gradients change what is trained.
 *
 * @param optimizer of section {@code optimizer}, its state in {@code optimizer_state_dtype} if that is there
 * @param name as the section has it
 * @param schedule of section {@code lr_scheduler}; without it the rate is constant
 * @param clipGradNorm {@code clip_grad_norm}: the longest gradient allowed; null for none
 * @param fastRatio {@code optimizer.loraplus_lr_ratio}: rate of what the PEFT method lets learn faster over that of the rest
 * @param stateDtype {@code optimizer_state_dtype}; null for fp32
 * @param inBackward {@code optimizer_in_bwd}: a parameter is updated in the backward, as soon as its gradient is there
 */
public record Updates(
        OptimizerProvider optimizer,
        String name,
        LearningRateSchedule schedule,
        @Nullable Double clipGradNorm,
        double fastRatio,
        @Nullable DType stateDtype,
        boolean inBackward) {
    private static final String CLIP = "clip_grad_norm";
    private static final String IN_BACKWARD = "optimizer_in_bwd";
    private static final String STATE_DTYPE = "optimizer_state_dtype";

    /** Reads them for an adapter; null if the optimizer's section is wrong. */
    public static @Nullable Updates read(ConfigValues config) {
        ConfigReader section = config.root().sectionOrNull("optimizer");
        if (isInBackward(config)) {
            config.root()
                    .accept(
                            IN_BACKWARD,
                            "updates are made after the backward pass, with the same result: what it saves are the"
                                    + " gradients, which an adapter has few of (tune estimate says how many bytes)");
        }
        return read(config, section == null ? 1 : LoraPlus.ratio(section), false);
    }

    /** Reads them for all weights of a model; null if the optimizer's section is wrong. */
    public static @Nullable Updates readForWeights(ConfigValues config) {
        return read(config, 1, isInBackward(config));
    }

    /** Reads them for all weights of a model that several workers train; null if the optimizer's section is wrong. */
    public static @Nullable Updates readForWorkers(ConfigValues config) {
        if (config.root().bool(IN_BACKWARD, false)) {
            config.root()
                    .accept(
                            IN_BACKWARD,
                            "updates are made after the backward pass, with the same result, because a gradient is complete"
                                    + " when all workers have added theirs");
        }
        return read(config, 1, false);
    }

    private static @Nullable Updates read(ConfigValues config, double ratio, boolean inBackward) {
        ConfigReader root = config.root();
        OptimizerProvider given = config.require(OptimizerProvider.class);
        ConfigReader section = root.sectionOrNull("optimizer");
        LearningRateSchedule schedule = config.find(LearningRateSchedule.class, "lr_scheduler");
        Double clip = root.numberOrNull(CLIP);
        if (clip != null && !(clip > 0)) {
            root.problem(CLIP, "expected a number above 0, or null for none, found " + clip);
        }
        DType stateDtype = PartDtype.read(root, STATE_DTYPE);
        if (given == null || section == null) {
            return null;
        }
        OptimizerProvider optimizer = typed(root, given, section, stateDtype);
        Device device = config.require(Device.class);
        String remark = device == null ? null : optimizer.remark(device);
        if (remark != null) {
            section.accept("_component_", remark);
        }
        return new Updates(
                optimizer,
                section.string("_component_", ""),
                Objects.requireNonNullElse(schedule, Schedules.constant(0)),
                clip,
                ratio,
                stateDtype,
                inBackward);
    }

    private static OptimizerProvider typed(
            ConfigReader root, OptimizerProvider optimizer, ConfigReader section, @Nullable DType stateDtype) {
        OptimizerProvider changed = stateDtype == null ? optimizer : optimizer.withStateDtype(stateDtype);
        if (changed == null) {
            root.problem(
                    STATE_DTYPE,
                    "the optimizer '" + section.component()
                            + "' decides about its state itself; leave it out, or use AdamW");
        }
        return Objects.requireNonNullElse(changed, optimizer);
    }

    /** Whether the config asks for it, by torchtune's rules, which its recipes for full fine-tuning have. */
    private static boolean isInBackward(ConfigValues config) {
        ConfigReader root = config.root();
        if (!root.bool(IN_BACKWARD, false)) {
            return false;
        }
        BatchOptions batching = config.require(BatchOptions.class);
        if (root.has(CLIP)) {
            root.problem(
                    IN_BACKWARD,
                    "cannot be used with clip_grad_norm, which needs all gradients before the first update; set one of"
                            + " them to null or False");
            return false;
        }
        if (batching != null && batching.accumulation() > 1) {
            root.problem(
                    IN_BACKWARD,
                    "cannot be used with gradient_accumulation_steps above 1, since a gradient is complete only"
                            + " after the last micro-batch; set one of them to 1 or False");
            return false;
        }
        return true;
    }

    /** The optimizer of an adapter's parameters, in the groups that its method makes. */
    public Optimizer create(Backend backend, Adapter adapter) {
        if (inBackward) {
            return separate(backend, adapter.parameters());
        }
        return optimizer.createForGroups(backend, adapter.parameterGroups(fastRatio));
    }

    /** An optimizer for each parameter, so that each can be updated by itself. */
    public SeparateOptimizers separate(Backend backend, List<Parameter> parameters) {
        return new SeparateOptimizers(backend, optimizer, parameters);
    }

    /** Bytes of the optimizer's state, at most. */
    public long stateBytes(long parameters) {
        return (long) Math.ceil(parameters * optimizer.stateBytesPerParameter());
    }

    /** Adds what must be the same in a run that resumes. */
    public void describe(Map<String, String> settings) {
        settings.put("optimizer", name);
        PartDtype.describe(settings, STATE_DTYPE, stateDtype);
    }
}
