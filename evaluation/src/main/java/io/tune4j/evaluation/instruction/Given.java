// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.instruction;

import io.tune4j.api.error.DataException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of an instruction.
 *
 * @param instruction its name, for messages
 */
record Given(String instruction, Map<String, ? extends @Nullable Object> arguments) {
    private DataException missing(String name) {
        return new DataException("the instruction " + instruction + " has no usable '" + name + "' in its kwargs");
    }

    String text(String name) {
        if (arguments.get(name) instanceof String text) {
            return text;
        }
        throw missing(name);
    }

    long number(String name) {
        if (arguments.get(name) instanceof Number number) {
            return number.longValue();
        }
        throw missing(name);
    }

    List<String> texts(String name) {
        if (arguments.get(name) instanceof List<?> list) {
            return list.stream().map(String::valueOf).toList();
        }
        throw missing(name);
    }

    /** Whether a count is as wanted: {@code less than}, else at least. */
    boolean holds(long count, String relation, String wanted) {
        return text(relation).equals("less than") ? count < number(wanted) : count >= number(wanted);
    }
}
