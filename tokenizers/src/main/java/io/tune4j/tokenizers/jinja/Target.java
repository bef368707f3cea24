// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The left side of an assignment. */
@FunctionalInterface
interface Target {
    void assign(Frame frame, @Nullable Object value);

    /** A variable. */
    record Name(String name) implements Target {
        @Override
        public void assign(Frame frame, @Nullable Object value) {
            frame.set(name, value);
        }
    }

    /** An attribute of a namespace. */
    record Attribute(String namespace, String name) implements Target {
        @Override
        public void assign(Frame frame, @Nullable Object value) {
            if (!(frame.get(namespace) instanceof Namespace there)) {
                throw new JinjaException(
                        JinjaException.Kind.TYPE,
                        "cannot assign attribute on non-namespace object '" + namespace + "'");
            }
            there.set(name, value);
        }
    }

    /** Several targets, one for each element of a value. */
    record Several(List<Target> targets) implements Target {
        @Override
        public void assign(Frame frame, @Nullable Object value) {
            List<@Nullable Object> items = Types.list(value);
            if (items.size() != targets.size()) {
                throw JinjaException.value("expected " + targets.size() + " values to unpack, found " + items.size());
            }
            for (int i = 0; i < targets.size(); i++) {
                targets.get(i).assign(frame, items.get(i));
            }
        }
    }
}
