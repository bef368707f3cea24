// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit;

import java.util.List;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.Events;

/** Runs tests inside a test, to see whether they fail. */
public final class Runs {
    private Runs() {}

    /**
     * The failures, each as {@code test: message}.
     *
     * @throws AssertionError if no test began, or one was skipped
     */
    public static List<String> failures(DiscoverySelector... selectors) {
        Events events = EngineTestKit.engine("junit-jupiter")
                .selectors(selectors)
                .execute()
                .testEvents();
        if (events.started().count() == 0) {
            throw new AssertionError("there is no such test: " + List.of(selectors));
        }
        return events.failed().stream().map(Runs::failure).toList();
    }

    private static String failure(Event event) {
        return event.getTestDescriptor().getDisplayName() + ": "
                + event.getRequiredPayload(TestExecutionResult.class)
                        .getThrowable()
                        .map(Throwable::toString)
                        .orElse("");
    }
}
