// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.faults;

import java.util.function.Supplier;

/**
 * A fault and the test of the kit that should find it.
 *
 * @param name what is wrong
 * @param foundBy the test's name
 * @param plant puts it into the subject
 */
record Fault(String name, String foundBy, Runnable plant) implements Supplier<String> {
    @Override
    public String get() {
        plant.run();
        return foundBy;
    }

    @Override
    public String toString() {
        return name;
    }
}
