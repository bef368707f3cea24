// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.faults;

import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.tensor.DType;
import io.tune4j.testkit.UntilFailure;
import io.tune4j.testkit.faults.GainMethod.Flaw;
import io.tune4j.testkit.peft.PeftMethodConformance;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;

/** A PEFT method with faults. */
public final class FaultyMethods {
    private static Set<Flaw> flaws = Set.of();

    private FaultyMethods() {}

    public static void repair() {
        flaws = Set.of();
    }

    private static Fault fault(Flaw flaw, String foundBy) {
        return new Fault(flaw.name(), foundBy, () -> flaws = Set.of(flaw));
    }

    public static Stream<Supplier<String>> all() {
        return Stream.of(
                fault(Flaw.BEGINS_ELSEWHERE, "aFreshAdapterChangesNothing"),
                fault(Flaw.COUNTS_WRONG, "whatIsTrainedIsWhatThePlanSays"),
                fault(Flaw.WRONG_GRADIENT, "gradientsAreThoseOfFiniteDifferences"),
                // The model turns and adds in place, so that the saved output is another one when the backward reads
                // it.
                fault(Flaw.KEEPS_ITS_OUTPUT, "gradientsAreThoseOfFiniteDifferences"),
                fault(Flaw.FORGETS_WHEN_SAVED, "whatIsSavedIsLoaded"),
                fault(Flaw.MERGES_WRONG, "mergedAndUnmergedComputeTheSame"),
                fault(Flaw.TAKES_ANY_FILE, "filesThatAreNoAdapterAreRefused"),
                fault(Flaw.SWALLOWS_OPTIONS, "unknownOptionsAreReported"),
                fault(Flaw.LEAKS, "aFreshAdapterChangesNothing"));
    }

    @ExtendWith(UntilFailure.class)
    public static class Subject extends PeftMethodConformance {
        @Override
        protected PeftMethod method() {
            return new GainMethod(flaws);
        }

        @Override
        protected String options(DType adapterDtype) {
            return "adapter_dtype: " + adapterDtype;
        }
    }
}
