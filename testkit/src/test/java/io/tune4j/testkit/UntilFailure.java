// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Leaves out the rest of a run once the failure that the run is made for was seen. The parameter {@link #PARAMETER} is what
 * that failure begins with; without the parameter nothing is left out.
 */
public final class UntilFailure implements ExecutionCondition, TestWatcher {
    static final String PARAMETER = "tune4j.untilFailure";

    private volatile boolean seen;

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        String failure = Runs.failure(context.getDisplayName(), cause);
        if (context.getConfigurationParameter(PARAMETER)
                .filter(failure::startsWith)
                .isPresent()) {
            seen = true;
        }
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return seen
                ? ConditionEvaluationResult.disabled("the failure was seen")
                : ConditionEvaluationResult.enabled("the failure was not seen yet");
    }
}
