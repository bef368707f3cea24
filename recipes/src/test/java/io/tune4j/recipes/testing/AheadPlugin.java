// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.testing;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.error.MemoryException;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

/** The tested backend as one that computes ahead of the host, and when its numbers were asked for. */
public final class AheadPlugin implements Plugin {
    /** As configs name it. */
    public static final String NAME = "ahead";

    private final List<Integer> begunWhenAsked = new ArrayList<>();
    private int begun;
    private int open;
    private int activationsBeforeFailure = Integer.MAX_VALUE;

    /** For each number, once: how many had been begun to be read when it was asked for. */
    public List<Integer> begunWhenAsked() {
        return begunWhenAsked;
    }

    /** Readings that were not closed. */
    public int open() {
        return open;
    }

    /** Lets the device's memory run out when so many feed-forward activations were computed. */
    public void failAfter(int activations) {
        activationsBeforeFailure = activations;
    }

    @Override
    public String id() {
        return NAME;
    }

    @Override
    public List<BackendFactory> backends() {
        return List.of(new Factory());
    }

    private final class Late implements Backend.Reading {
        private final double value;
        private boolean asked;

        Late(double value) {
            this.value = value;
            begun++;
            open++;
        }

        @Override
        public double value() {
            if (!asked) {
                begunWhenAsked.add(begun);
                asked = true;
            }
            return value;
        }

        @Override
        public void close() {
            open--;
        }
    }

    private final class Factory implements BackendFactory {
        private final BackendFactory factory = TestedBackend.factory();

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public String summary() {
            return "the tested backend, as if it computed ahead";
        }

        @Override
        public List<Device> devices() {
            return factory.devices();
        }

        @Override
        public Backend create(BackendOptions options) {
            Backend backend = factory.create(options);
            return (Backend) Proxy.newProxyInstance(
                    Backend.class.getClassLoader(),
                    new Class<?>[] {Backend.class},
                    (proxy, method, arguments) -> call(backend, method, arguments));
        }

        private Object call(Backend backend, Method method, Object[] arguments) throws Throwable {
            if (method.getName().equals("computesAhead")) {
                return true;
            }
            if (method.getName().equals("swiGlu") && activationsBeforeFailure-- == 0) {
                throw new MemoryException(
                        "out of memory: CUDA out of memory. Tried to allocate 2.50 GiB", "2.50 GiB", null);
            }
            if (method.getReturnType() == Backend.Reading.class) {
                return new Late(((Tensor) arguments[0]).item());
            }
            try {
                return method.invoke(backend, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }
}
