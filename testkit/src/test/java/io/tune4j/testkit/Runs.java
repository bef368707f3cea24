// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit;

import java.util.List;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/** Runs test classes inside a test, to see whether they fail. */
public final class Runs {
    private Runs() {}

    /** The failures, each as {@code test: message}. */
    public static List<String> failures(DiscoverySelector... selectors) {
        return failures(EngineTestKit.engine("junit-jupiter").selectors(selectors));
    }

    /** What failed up to the first failure that begins with {@code last}, in classes that {@link UntilFailure} extends. */
    public static List<String> failuresUntil(String last, DiscoverySelector... selectors) {
        return failures(EngineTestKit.engine("junit-jupiter")
                .selectors(selectors)
                .configurationParameter(UntilFailure.PARAMETER, last));
    }

    private static List<String> failures(EngineTestKit.Builder run) {
        return run.execute().testEvents().failed().stream().map(Runs::failure).toList();
    }

    private static String failure(Event event) {
        return failure(
                event.getTestDescriptor().getDisplayName(),
                event.getRequiredPayload(TestExecutionResult.class)
                        .getThrowable()
                        .orElse(null));
    }

    static String failure(String test, Throwable cause) {
        return test + ": " + (cause == null ? "" : cause);
    }
}
