// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.adapters;

import io.tune4j.api.error.DataException;
import io.tune4j.api.error.MemoryException;
import io.tune4j.api.nn.RandomKeys;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.recipes.run.RunSession;
import io.tune4j.recipes.run.Trained;
import io.tune4j.recipes.training.BatchesAhead.MicroBatch;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One adapter while the loop goes on: the steps of a run of its own, whose micro-batches others compute. */
final class AdapterRun implements AutoCloseable {
    private final String name;
    private final int number;
    private final RunSession session;
    private final Trained trained;
    private final Console console;
    private long step;
    private List<MicroBatch> batches = List.of();
    private @Nullable Tensor total;
    private boolean isOver;
    private @Nullable DataException failure;

    /** @param number in {@link io.tune4j.api.nn.Pass.AdapterRows} */
    AdapterRun(String name, int number, RunSession session, Trained trained, Console console) {
        this.name = name;
        this.number = number;
        this.session = session;
        this.trained = trained;
        this.console = console;
        this.step = session.firstStep();
    }

    String name() {
        return name;
    }

    RunSession session() {
        return session;
    }

    /** Whether it has left the batch: its steps are done, or it failed. */
    boolean isOver() {
        return isOver;
    }

    @Nullable
    DataException failure() {
        return failure;
    }

    /** Does what comes before the first step. */
    void begin() {
        if (session.isEnd()) {
            session.complete();
            isOver = true;
        } else {
            guarded(() -> session.evaluation().before(step));
            endIfDone();
        }
    }

    /** Fetches the micro-batches of the next step. */
    void beginStep() {
        batches = session.pipeline().begin(step);
        total = Tensor.zeros(trained.backend(), DType.FLOAT64);
    }

    int microBatches() {
        return batches.size();
    }

    /** A micro-batch of the step, as it is computed with those of others. */
    JointStep.Part part(int index) {
        MicroBatch micro = batches.get(index);
        long stepKey = RandomKeys.derive(session.start().seed(), step);
        return new JointStep.Part(number, micro.batch(), RandomKeys.derive(stepKey, micro.first()));
    }

    /** Takes the sum of a micro-batch's losses, whose gradients were added. */
    void computed(int index, Tensor sum) {
        Objects.requireNonNull(total).addInPlace(sum.cast(DType.FLOAT64), 1);
        session.pipeline().computed(batches.get(index));
    }

    /** Updates the adapter, and does what is due after the step. */
    void endStep() {
        guarded(() -> {
            session.pipeline().clip(step, Objects.requireNonNull(total), batches);
            trained.optimizer().step(session.pipeline().rateFactor(step));
            trained.clearGradients();
            session.pipeline().updated();
            step++;
            session.after(step, batches);
        });
        endIfDone();
    }

    private void endIfDone() {
        if (!isOver && !session.goesOn(step)) {
            session.finish(step);
            isOver = true;
        }
    }

    /** A step that goes wrong ends this adapter alone: its rows and those of others never meet. */
    private void guarded(Runnable work) {
        try {
            work.run();
        } catch (DataException e) {
            trained.clearGradients();
            console.warning(e.getMessage() + ". The other adapters go on");
            failure = e;
            isOver = true;
        }
    }

    Outcome stop() {
        return session.stop(step);
    }

    /** Saves the weights of the step before when there is no memory for the next. */
    void saveBefore(MemoryException shortage) {
        session.pipeline().saveBefore(step, shortage);
    }

    @Override
    public void close() {
        trained.clearGradients();
    }
}
