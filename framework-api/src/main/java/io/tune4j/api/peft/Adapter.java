// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.peft;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.autograd.ParameterGroup;
import io.tune4j.api.error.UserException;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** The trainable part of a model. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface Adapter extends AutoCloseable {
    /**
     * A change of the base, with which a method begins: it may take a part out of the frozen weights that its trained values stand for
     * at first. A recipe loads {@code change.apply(weights)} and gives the factory of these weights to {@link #decorate}; recipes that
     * load a trained adapter use {@link PeftPlan#saved} instead.
     *
     * @param format of the frozen weights
     * @param notices takes lines that show the progress
     */
    default BaseChange baseChange(WeightFormat format, Consumer<String> notices) {
        return BaseChange.NONE;
    }

    /** What a method changes in the frozen weights. */
    interface BaseChange {
        /** No change. */
        BaseChange NONE = new BaseChange() {
            @Override
            public WeightSource apply(WeightSource weights) {
                return weights;
            }

            @Override
            public WeightSource undo(WeightSource changed) {
                return changed;
            }

            @Override
            public FrozenLinear undo(FrozenLinear changed) {
                return changed;
            }
        };

        /** The weights to load, of the checkpoint's. */
        WeightSource apply(WeightSource weights);

        /**
         * Weights of which {@link Adapter#merge} makes what the adapter was trained to.
         *
         * @param changed values of the changed base, such as those that its quantized form computes with
         */
        WeightSource undo(WeightSource changed);

        /**
         * A projection as it was before, for the model without its adapter.
         *
         * @param changed stays its owner's
         */
        FrozenLinear undo(FrozenLinear changed);
    }

    /**
     * The start of a method whose trained values are made of its projections' inputs. A recipe that begins a new run calls this once, when
     * the model is built and nothing was loaded into the adapter, and gives it forward passes of the first micro-batches before the first
     * step. A recipe that resumes or loads an adapter does not call it.
     *
     * @param notices takes lines that show the progress
     * @return null for a method that needs no data
     */
    default @Nullable DataStart dataStart(Consumer<String> notices) {
        return null;
    }

    /** Makes a method's first values from the inputs of its projections. The model computes as without an adapter until then. */
    interface DataStart {
        /** Whether another micro-batch is wanted. */
        boolean wantsMore();

        /**
         * Announces the forward pass of a micro-batch, without gradients or dropout.
         *
         * @param labelledRows rows of the micro-batch that have a label, ascending: {@code [N]}
         */
        void next(long[] labelledRows);

        /**
         * Sets the trained values, once, after the last pass.
         *
         * @throws UserException if the data are too few for the values
         */
        void finish();
    }

    /** Wraps the factory of frozen projections: those that are targets get something to train. */
    LinearFactory decorate(FrozenLinearFactory base);

    /**
     * Wraps the factory of frozen projections, for a method that also trains weights as they are in the checkpoint.
     *
     * @param weights the checkpoint's
     */
    default LinearFactory decorate(FrozenLinearFactory base, WeightSource weights) {
        return decorate(base);
    }

    /** All trainable parameters, in an order that is the same in every run. Complete once the model is built. */
    List<Parameter> parameters();

    /** Whether several parts of the model use a parameter, so that its gradient has several parts, as that of a tied embedding. */
    default boolean isShared(Parameter parameter) {
        return false;
    }

    /**
     * The parameters in groups, of which some learn faster. For LoRA these are B and vectors, as LoRA+ has it (Hayou et al. 2024,
     * section 4).
     *
     * @param ratio rate of the fast ones over that of the others, which {@code optimizer.loraplus_lr_ratio} says; 1 for one rate
     * @throws UserException if there is a ratio and the method has nothing that learns faster
     */
    default List<ParameterGroup> parameterGroups(double ratio) {
        if (ratio != 1) {
            throw new UserException("optimizer.loraplus_lr_ratio is " + ratio
                    + ", but this PEFT method trains no lora_B; leave it out, or use a lora_ or dora_ model");
        }
        return ParameterGroup.single(parameters());
    }

    /**
     * Writes the adapter into an existing folder, in the method's public format (PEFT's files for LoRA).
     *
     * @param baseModel name or folder of the base model, recorded for those who load the adapter
     */
    void save(Path directory, String baseModel);

    /**
     * Reads what {@link #save}, or the method's reference implementation, wrote.
     *
     * @throws io.tune4j.api.error.UserException if the files do not fit this adapter; lists every mismatch
     */
    void load(Path directory);

    /** Whether the checkpoint's weight of this name changes when the adapter is merged. */
    boolean adapts(String weightName);

    /**
     * The merged weight.
     *
     * @param weightName the checkpoint's name
     * @param weight the base weight in fp32, not changed
     * @return a new tensor in fp32
     */
    Tensor merge(String weightName, Tensor weight);

    @Override
    void close();
}
