// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.backend;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.tensor.Array;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.testkit.promises.Altered;
import io.tune4j.testkit.promises.Breach;
import io.tune4j.testkit.reference.JavaBackend;
import io.tune4j.testkit.reference.JavaBackendFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Breaches of what backends promise: the reference backend with one fault. */
public final class BackendBreaches {
    private static BackendFactory subject = new JavaBackendFactory();

    private BackendBreaches() {}

    /** The right backend again. */
    public static void repair() {
        subject = new JavaBackendFactory();
    }

    /** All of them. */
    public static Stream<Breach> all() {
        return Stream.of(
                        ArithmeticBreaches.all(),
                        StorageBreaches.all(),
                        FusedBreaches.all(),
                        AttentionBreaches.all(),
                        promises())
                .flatMap(each -> each);
    }

    static class Subject extends BackendConformance {
        @Override
        protected BackendFactory factory() {
            return subject;
        }

        @Override
        protected int memoryIterations() {
            return 10;
        }
    }

    /** For backends that are made by other factories than the faulty one. */
    static class Faulty extends JavaBackend {
        Faulty() {
            super(2);
        }
    }

    static BackendFactory factory(IntFunction<Backend> open) {
        return new JavaBackendFactory() {
            @Override
            protected Backend open(int threads) {
                return open.apply(threads);
            }
        };
    }

    static Breach breach(
            String of, String promise, String mutant, Class<?> part, String test, IntFunction<Backend> open) {
        return breach(of, promise, mutant, part, test, factory(open));
    }

    static Breach breach(String of, String promise, String mutant, Class<?> part, String test, BackendFactory factory) {
        return new Breach(of, promise, mutant, List.of(Subject.class, part), test, () -> subject = factory);
    }

    /** A backend with one method changed, for kernels that do not call each other. */
    static BackendFactory changed(String method, Altered.Change change) {
        return factory(threads -> Altered.of(Backend.class, new Faulty(), method, change));
    }

    /** A backend whose attention computes another shape. */
    static Backend shaped(UnaryOperator<AttentionShape> change) {
        return new Faulty() {
            @Override
            public Attended attention(Tensor fused, SequenceLayout layout, AttentionShape shape) {
                return super.attention(fused, layout, change.apply(shape));
            }
        };
    }

    static long count(long[] shape) {
        long count = 1;
        for (long length : shape) {
            count *= length;
        }
        return count;
    }

    private static Stream<Breach> promises() {
        Class<?> part = BackendConformance.Promises.class;
        return Stream.of(
                breach(
                        "Backend.name",
                        "the name that configs use",
                        "another than the factory's",
                        part,
                        "itSaysWhatItIs",
                        threads -> new JavaBackend(threads) {
                            @Override
                            public String name() {
                                return "other";
                            }
                        }),
                breach(
                        "Backend.Capabilities.dtypes",
                        "any other dtype is refused by name",
                        "a dtype that it lacks is accepted",
                        part,
                        "dtypesThatItLacksAreRefusedByName",
                        new JavaBackendFactory() {
                            @Override
                            public Backend create(BackendOptions options) {
                                return options.device().isCpu()
                                        ? open(Math.max(1, options.threads()))
                                        : super.create(options);
                            }
                        }),
                breach(
                        "BackendFactory.create",
                        "never falls back to another device",
                        "a device that it lacks becomes the CPU",
                        part,
                        "devicesThatItLacksAreRefusedByName",
                        new JavaBackendFactory() {
                            @Override
                            public Backend create(BackendOptions options) {
                                return super.create(new BackendOptions(
                                        io.tune4j.api.tensor.Device.CPU,
                                        options.dtype(),
                                        options.threads(),
                                        options.notices()));
                            }
                        }),
                breach(
                        "ArrayKernels",
                        "a kernel that runs out of memory throws a ResourceException",
                        "running out of memory is an error of the JVM",
                        part,
                        "memoryThatCannotBeHadIsAResourceError",
                        threads -> new JavaBackend(threads) {
                            @Override
                            public Array empty(DType dtype, long... shape) {
                                if (count(shape) > Integer.MAX_VALUE) {
                                    throw new OutOfMemoryError("too large");
                                }
                                return super.empty(dtype, shape);
                            }
                        }),
                breach(
                        "Backend.Capabilities.threads",
                        "the number of threads",
                        "it says another number of threads",
                        part,
                        "theNumberOfThreadsIsWhatWasAskedFor",
                        threads -> new JavaBackend(threads + 1) {}),
                breach(
                        "ArrayKernels.matmul",
                        "a returned array belongs to the caller",
                        "a product keeps its result in one place for all threads",
                        part,
                        "severalThreadsComputeAtOnce",
                        threads -> new JavaBackend(threads) {
                            private Array shared = full(0, DType.FLOAT32, 1);

                            @Override
                            public Array matmul(Array a, Array b) {
                                shared = super.matmul(a, b);
                                Thread.yield();
                                scaleInPlace(shared, 2);
                                Thread.yield();
                                scaleInPlace(shared, 0.5);
                                return shared;
                            }
                        }),
                breach(
                        "Array.close",
                        "frees the array's memory",
                        "memory is not given back",
                        part,
                        "repetitionLeavesTheProcessAsItWas",
                        new Leaking()));
    }

    /** Keeps native memory for every array. */
    public static final class Leaking extends JavaBackendFactory {
        @Override
        protected Backend open(int threads) {
            return new JavaBackend(threads) {
                private final List<ByteBuffer> kept = new ArrayList<>();

                @Override
                public Array empty(DType dtype, long... shape) {
                    ByteBuffer memory = ByteBuffer.allocateDirect(1 << 20);
                    for (int i = 0; i < memory.capacity(); i += 4096) {
                        memory.put(i, (byte) 1);
                    }
                    kept.add(memory);
                    return super.empty(dtype, shape);
                }
            };
        }
    }
}
