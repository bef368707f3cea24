// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.promises;

import java.util.List;

/**
 * A promise of the API, a mutant that breaks it, and the test of the kit that fails then.
 *
 * @param of the type of the API whose Javadoc promises it, perhaps with a member: {@code Optimizer.step}
 * @param promise in few words
 * @param mutant what it does instead
 * @param subject the kit's class on the mutant; enclosing classes first where it is nested
 * @param test the name of the kit's test
 * @param plant puts the mutant in its place
 */
public record Breach(String of, String promise, String mutant, List<Class<?>> subject, String test, Runnable plant) {
    public Breach {
        subject = List.copyOf(subject);
    }

    /** The kit's class that has the test, as users name it. */
    String kitClass() {
        Class<?> last = subject.get(subject.size() - 1);
        return subject.size() == 1
                ? last.getSuperclass().getSimpleName()
                : last.getEnclosingClass().getSimpleName() + "." + last.getSimpleName();
    }

    /** A row of the table in the documentation. */
    String row() {
        return "| `" + of + "` | " + promise + " | " + mutant + " | `" + kitClass() + "." + test + "` |";
    }

    @Override
    public String toString() {
        return of + ": " + mutant;
    }
}
