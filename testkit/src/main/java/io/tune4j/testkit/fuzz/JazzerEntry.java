// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.fuzz;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Path;

/** The method that Jazzer calls for each input. */
public final class JazzerEntry {
    static final String TARGET = "tune4j.fuzz.target";
    static final String FOLDER = "tune4j.fuzz.folder";

    private static final FuzzTarget READER = target();

    private JazzerEntry() {}

    private static FuzzTarget target() {
        try {
            Constructor<?> constructor =
                    Class.forName(System.getProperty(TARGET)).getDeclaredConstructor();
            constructor.setAccessible(true);
            return (FuzzTarget) constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Jazzer's name for it. */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        Fuzzing.read(READER, Path.of(System.getProperty(FOLDER)), input);
    }
}
