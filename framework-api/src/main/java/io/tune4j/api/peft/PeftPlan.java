// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.peft;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.tensor.DType;
import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** A PEFT method with its options, checked against a model, before anything is allocated. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface PeftPlan {
    /** One line, e.g. {@code LoRA, rank 8, alpha 16, 6 projections in each of 16 layers, 5.6 M parameters}. */
    String describe();

    /** Number of trainable parameters. */
    long parameterCount();

    /** Bytes of the adapter's weight file. */
    long fileBytes();

    /** The name of the weight format for the frozen projections. */
    default String weightFormat() {
        return DenseFormat.NAME;
    }

    /**
     * The overrides of the model section that store this plan's frozen weights in fewer bits, e.g. {@code
     * model.quantize_base=True}; empty if there are none or they are set.
     */
    default List<String> quantizing() {
        return List.of();
    }

    /** Names a change that makes the adapter smaller, as the end of a sentence, e.g. {@code a lower model.lora_rank}; empty if nothing does. */
    default String shrinking() {
        return "";
    }

    /** The noun for what is trained, in messages, which is also its folder among a run's results. */
    default String result() {
        return "adapter";
    }

    /** The config key that begins a new run with such a result. */
    default String resultKey() {
        return "checkpointer.adapter_checkpoint";
    }

    /** Names the programs that read the adapter as it is saved, and what the others need, for the end of a run. */
    default String readers() {
        return "in the method's own format; other programs take the merged model";
    }

    /** Whether random numbers are drawn for each row in training, as dropout does: then samples had better not share rows. */
    default boolean drawsPerRow() {
        return true;
    }

    /**
     * Whether its adapters can be trained beside others over one base: their projections are sums with the frozen product ({@link
     * io.tune4j.api.nn.Linear#update}), and nothing else is trained.
     */
    default boolean sharesBase() {
        return false;
    }

    /**
     * Copies this plan with another dtype of the trained values, for {@code adapter_dtype} at a config's top level.
     *
     * @return null if the method decides about it itself
     */
    default @Nullable PeftPlan withAdapterDtype(DType dtype) {
        return null;
    }

    /** The plan of the adapter as it is saved, for programs that load it: over the checkpoint's own weights, with nothing left to begin. */
    default PeftPlan saved() {
        return this;
    }

    /**
     * Checks the plan with the format of the frozen weights.
     *
     * @param section takes problems
     */
    default void check(WeightFormat format, ConfigReader section) {}

    /**
     * Makes the adapter; its parameters come to life as the model asks for its projections.
     *
     * @param computeDtype what the model computes in; parameters are kept in the plan's adapter dtype
     * @param seed for the initial values
     */
    Adapter attach(Backend backend, DType computeDtype, long seed);
}
