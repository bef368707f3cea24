// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apiguardian.api.API;

/**
 * Remembers where each live tensor was made, when the system property {@code tune4j.leakDetection} is {@code true}
 * (tests set it); costs a stack trace per tensor then, and nothing otherwise.
 */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class LeakDetector {
    private static final boolean ENABLED = Boolean.getBoolean("tune4j.leakDetection");
    private static final Map<Tensor, Throwable> LIVE = Collections.synchronizedMap(new IdentityHashMap<>());
    private static final int FRAMES = 12;

    private LeakDetector() {}

    /** Whether creations are recorded in this JVM. */
    public static boolean enabled() {
        return ENABLED;
    }

    static void created(Tensor tensor) {
        if (ENABLED) {
            LIVE.put(tensor, new Throwable());
        }
    }

    static void freed(Tensor tensor) {
        if (ENABLED) {
            LIVE.remove(tensor);
        }
    }

    /** Number of live tensors; 0 when the detector is off. */
    public static int liveCount() {
        return LIVE.size();
    }

    /** One text per live tensor: what it is and the frames of the code that made it. */
    public static List<String> describeLive() {
        List<String> result = new ArrayList<>();
        synchronized (LIVE) {
            LIVE.forEach((tensor, where) -> result.add(tensor + " made at" + StackWalkerText.of(where)));
        }
        return result;
    }

    private static final class StackWalkerText {
        static String of(Throwable where) {
            return java.util.Arrays.stream(where.getStackTrace())
                    .filter(frame -> !frame.getClassName().startsWith("io.tune4j.api.tensor."))
                    .limit(FRAMES)
                    .map(frame -> "\n    " + frame)
                    .collect(Collectors.joining());
        }
    }
}
