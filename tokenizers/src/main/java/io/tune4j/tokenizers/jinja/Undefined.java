// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

/**
 * The value of a name, an attribute or an item that does not exist. It prints as nothing, is false and empty, and fails in any other
 * use.
 *
 * @param reason what is missing, e.g. {@code 'x' is undefined}
 * @param kind the failure of its use
 */
record Undefined(String reason, JinjaException.Kind kind) {
    static Undefined of(String reason) {
        return new Undefined(reason, JinjaException.Kind.UNDEFINED);
    }

    static Undefined name(String name) {
        return of("'" + name + "' is undefined");
    }

    /** An attribute that the sandbox keeps from templates. */
    static Undefined unsafe(String attribute, Object value) {
        return new Undefined(
                "access to attribute '" + attribute + "' of '" + Types.name(value) + "' object is unsafe",
                JinjaException.Kind.SECURITY);
    }

    JinjaException failure() {
        return new JinjaException(kind, reason);
    }
}
