// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.promises;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** An object of an interface in which one method does something else. */
public final class Altered {
    private Altered() {}

    /** The method as it was. */
    @FunctionalInterface
    public interface Original {
        Object with(Object... arguments) throws Throwable;
    }

    /** The method as it is now. */
    @FunctionalInterface
    public interface Change {
        Object call(Object[] arguments, Original original) throws Throwable;
    }

    /** Hands all methods to {@code right} but those of a name, which {@code change} answers. */
    public static <T> T of(Class<T> type, T right, String method, Change change) {
        Object altered =
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, called, given) -> {
                    Original original = arguments -> {
                        try {
                            return called.invoke(right, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    };
                    Object[] arguments = given == null ? new Object[0] : given;
                    return called.getName().equals(method)
                            ? change.call(arguments, original)
                            : original.with(arguments);
                });
        return type.cast(altered);
    }
}
