// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.plugin;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls into plugins with the plugin's class loader as the thread's context class loader, where libraries look for their
 * own classes, services and native files. The thread has its former loader again afterwards.
 */
public final class PluginCalls {
    private PluginCalls() {}

    /**
     * Calls a plugin.
     *
     * @param contribution an object of the plugin
     */
    public static <T extends @Nullable Object> T in(Object contribution, Supplier<T> call) {
        return in(contribution.getClass(), call);
    }

    /**
     * Calls a plugin.
     *
     * @param type a class of the plugin
     */
    public static <T extends @Nullable Object> T in(Class<?> type, Supplier<T> call) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(type.getClassLoader());
        try {
            return call.get();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /**
     * A component that is called in its plugin, whoever calls it and when. That is done for functional interfaces, which
     * show nothing of what implements them; other components, and those of the application itself, stay as they are.
     *
     * @param type of the component
     */
    public static <T> T component(Class<T> type, T made) {
        return type.isAnnotationPresent(FunctionalInterface.class) ? always(type, made) : made;
    }

    /**
     * An object that is called in its plugin, whoever calls it and when, seen through an interface alone; the application's
     * own stay as they are.
     *
     * @param type the interface
     */
    public static <T> T always(Class<T> type, T made) {
        if (made.getClass().getClassLoader() == PluginCalls.class.getClassLoader()) {
            return made;
        }
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> method.getName().equals("equals") && method.getParameterCount() == 1
                        ? proxy == arguments[0]
                        : invoke(made, method, arguments)));
    }

    private static @Nullable Object invoke(Object made, Method method, Object @Nullable [] arguments) throws Throwable {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(made.getClass().getClassLoader());
        try {
            return method.invoke(made, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
