// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.wiring;

/** Names are unique per kind of component, so the kind is part of the key. */
final class ComponentKeys {
    private ComponentKeys() {}

    static String key(Class<?> type, String name) {
        return type.getName() + "/" + name;
    }
}
