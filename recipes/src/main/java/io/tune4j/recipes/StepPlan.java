package io.tune4j.recipes;

import io.tune4j.api.error.UserException;

/**
 * How many optimizer steps a run takes. Steps count from 0.
 *
 * @param perEpoch steps of an epoch
 * @param total steps of the run
 * @param unused samples that fill no step at an epoch's end
 */
record StepPlan(int perEpoch, long total, int unused) {
    /** @throws UserException if the data do not fill one step */
    static StepPlan of(LoraFinetuneOptions options, int samples) {
        long perStep = (long) options.batchSize() * options.accumulation();
        long whole = samples / perStep;
        if (whole == 0) {
            throw new UserException(
                    "one step takes batch_size " + options.batchSize() + " x gradient_accumulation_steps "
                            + options.accumulation() + " = " + perStep + " records, but the data set has " + samples
                            + ": lower one of the two");
        }
        int perEpoch = (int) whole;
        int unused = (int) (samples - whole * perStep);
        Integer limit = options.maxStepsPerEpoch();
        if (limit != null && limit < perEpoch) {
            perEpoch = limit;
            unused = 0;
        }
        long total = (long) perEpoch * options.epochs();
        Integer all = options.maxSteps();
        return new StepPlan(perEpoch, all == null ? total : Math.min(total, all), unused);
    }

    int epochOf(long step) {
        return (int) (step / perEpoch);
    }

    int stepInEpoch(long step) {
        return (int) (step % perEpoch);
    }

    String describe() {
        long epochs = (total + perEpoch - 1) / perEpoch;
        String text = total + (total == 1 ? " step in " : " steps in ") + epochs + (epochs == 1 ? " epoch" : " epochs");
        return unused == 0 ? text : text + " (" + unused + " records of each epoch fill no step and wait for the next)";
    }
}
