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
        return EngineTestKit.engine("junit-jupiter").selectors(selectors).execute().testEvents().failed().stream()
                .map(event -> event.getTestDescriptor().getDisplayName() + ": " + message(event))
                .toList();
    }

    private static String message(Event event) {
        return event.getRequiredPayload(TestExecutionResult.class)
                .getThrowable()
                .map(Throwable::toString)
                .orElse("");
    }
}
