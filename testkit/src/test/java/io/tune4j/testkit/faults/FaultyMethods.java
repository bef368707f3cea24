// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.faults;

import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.tensor.DType;
import io.tune4j.testkit.faults.GainMethod.Flaw;
import io.tune4j.testkit.peft.PeftMethodConformance;
import io.tune4j.testkit.promises.Breach;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** A PEFT method with faults. */
public final class FaultyMethods {
    private static Set<Flaw> flaws = Set.of();

    private FaultyMethods() {}

    public static void repair() {
        flaws = Set.of();
    }

    private static Breach breach(String of, String promise, String mutant, Flaw flaw, String test) {
        return new Breach(of, promise, mutant, List.of(Subject.class), test, () -> flaws = Set.of(flaw));
    }

    /** All of them. */
    public static Stream<Breach> all() {
        return Stream.of(
                breach(
                        "PeftPlan.attach",
                        "most fresh adapters change nothing",
                        "it begins with another model",
                        Flaw.BEGINS_ELSEWHERE,
                        "aFreshAdapterChangesNothing"),
                breach(
                        "PeftPlan.parameterCount",
                        "the number of trainable parameters",
                        "one more",
                        Flaw.COUNTS_WRONG,
                        "whatIsTrainedIsWhatThePlanSays"),
                breach(
                        "Parameter.name",
                        "unique within an adapter",
                        "all have one name",
                        Flaw.NAMES_TWICE,
                        "whatIsTrainedIsWhatThePlanSays"),
                breach(
                        "Parameter.accumulate",
                        "the gradient of the loss",
                        "a thousandth too small",
                        Flaw.WRONG_GRADIENT,
                        "gradientsAreThoseOfFiniteDifferences"),
                breach(
                        "Linear.forward",
                        "the caller may overwrite the result",
                        "the backward reads the result",
                        Flaw.KEEPS_ITS_OUTPUT,
                        "gradientsAreThoseOfFiniteDifferences"),
                breach(
                        "Linear.forward",
                        "the input is not changed",
                        "the input is scaled",
                        Flaw.CHANGES_ITS_INPUT,
                        "aFreshAdapterChangesNothing"),
                breach(
                        "SwitchedAdapter.off",
                        "the model computes as its base",
                        "the method has changed the base",
                        Flaw.CHANGES_THE_BASE,
                        "turnedOffTheModelComputesAsTheBase"),
                breach(
                        "Tape.checkpoint",
                        "a recomputed part does the same both times",
                        "it counts its calls",
                        Flaw.DRAWS_FROM_A_STATE,
                        "computingLayersAgainChangesNothing"),
                breach(
                        "SequenceLayout.SharedRows",
                        "what works row by row sees each common row once",
                        "rows of the batch are added up",
                        Flaw.LOOKS_AT_NEIGHBOURS,
                        "sharedBeginningsChangeNothing"),
                breach(
                        "PeftPlan.attach",
                        "the seed decides the initial values",
                        "the clock does",
                        Flaw.BEGINS_BY_THE_CLOCK,
                        "theSeedDecidesTheBeginning"),
                breach(
                        "Adapter.parameterGroups",
                        "the parameters in groups",
                        "one is in no group",
                        Flaw.GROUPS_MISS_ONE,
                        "groupsHaveEachParameterOnce"),
                breach(
                        "Adapter.load",
                        "reads what save wrote",
                        "the file is opened, not read",
                        Flaw.FORGETS_WHEN_SAVED,
                        "whatIsSavedIsLoaded"),
                breach(
                        "PeftPlan.saved",
                        "the plan that loads what save wrote, over the checkpoint's own weights",
                        "the file is opened, not read",
                        Flaw.FORGETS_WHEN_SAVED,
                        "whatIsSavedIsLoadedOverTheBase"),
                breach(
                        "Adapter.load",
                        "files that do not fit are refused",
                        "anything is taken",
                        Flaw.TAKES_ANY_FILE,
                        "filesThatAreNoAdapterAreRefused"),
                breach(
                        "Adapter.merge",
                        "the merged weight",
                        "a fifth too large",
                        Flaw.MERGES_WRONG,
                        "mergedAndUnmergedComputeTheSame"),
                breach(
                        "Adapter.adapts",
                        "whether this weight changes",
                        "all weights do",
                        Flaw.ADAPTS_EVERYTHING,
                        "mergedAndUnmergedComputeTheSame"),
                breach(
                        "PeftMethod.configure",
                        "claims the keys that it knows, and no other",
                        "every key is claimed",
                        Flaw.SWALLOWS_OPTIONS,
                        "unknownOptionsAreReported"),
                breach(
                        "Adapter.close",
                        "frees the parameters",
                        "nothing is freed",
                        Flaw.LEAKS,
                        "aFreshAdapterChangesNothing"));
    }

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
