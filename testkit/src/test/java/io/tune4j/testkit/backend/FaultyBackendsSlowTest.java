// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectNestedClass;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.BackendOptions;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.tensor.Array;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.testkit.Runs;
import io.tune4j.testkit.UntilFailure;
import io.tune4j.testkit.reference.JavaBackend;
import io.tune4j.testkit.reference.JavaBackendFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each kind of fault that a backend can have is planted in the reference backend, and the kit must find it. */
class FaultyBackendsSlowTest {
    private static BackendFactory subject = new JavaBackendFactory();

    @ExtendWith(UntilFailure.class)
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
    private static class Faulty extends JavaBackend {
        Faulty() {
            super(2);
        }
    }

    private static BackendFactory factory(IntFunction<Backend> open) {
        return new JavaBackendFactory() {
            @Override
            protected Backend open(int threads) {
                return open.apply(threads);
            }
        };
    }

    private static Arguments fault(String name, Class<?> part, IntFunction<Backend> open) {
        return fault(name, part, factory(open));
    }

    private static Arguments fault(String name, Class<?> part, BackendFactory factory) {
        return Arguments.of(Named.of(name, factory), part);
    }

    static Stream<Arguments> elementwiseAndReductions() {
        Class<?> part = BackendConformance.Kernels.class;
        return Stream.of(
                fault("affine forgets the summand", part, threads -> new Faulty() {
                    @Override
                    public Array affine(Array a, double factor, double summand) {
                        return super.affine(a, factor, factor == 1 ? summand : 0);
                    }
                }),
                fault("less than is at most", part, threads -> new Faulty() {
                    @Override
                    public Array lessThan(Array a, Array b) {
                        return multiply(super.lessThan(a, b), super.lessThan(a, b)) == null
                                ? a
                                : where(super.lessThan(b, a), full(0, DType.BOOL, 1), full(1, DType.BOOL, 1));
                    }
                }),
                fault("a sum ignores strides", part, threads -> new Faulty() {
                    @Override
                    public Array sum(Array a, int dimension) {
                        // Takes a transposed matrix for the one it was.
                        boolean turned = a.shape().length == 2 && contiguous(a).shape()[0] > 1;
                        return turned
                                ? super.sum(reshape(transpose(a, 0, 1), a.shape()), dimension)
                                : super.sum(a, dimension);
                    }
                }),
                fault("the maximum of negative numbers is zero", part, threads -> new Faulty() {
                    @Override
                    public Array max(Array a, int dimension) {
                        Array max = super.max(a, dimension);
                        Array zero = full(0, a.dtype(), 1);
                        return where(super.lessThan(max, zero), zero, max);
                    }
                }));
    }

    static Stream<Arguments> matrices() {
        Class<?> part = BackendConformance.Matrices.class;
        return Stream.of(
                fault("beta is taken for one", part, threads -> new Faulty() {
                    @Override
                    public void matmulInto(Array target, Array a, Array b, double beta, double alpha) {
                        super.matmulInto(target, a, b, beta == 0 ? 0 : 1, alpha);
                    }
                }),
                fault("a row that is added twice counts once", part, threads -> new Faulty() {
                    @Override
                    public void addRows(Array target, Array rows, Array values) {
                        Array sums = super.gatherRows(target, rows);
                        super.addInPlace(sums, values, 1);
                        Array nothing = full(0, target.dtype(), sums.shape());
                        for (int i = 0; i < rows.shape()[0]; i++) {
                            Array row = narrow(rows, 0, i, 1);
                            Array old = gatherRows(target, row);
                            super.addRows(
                                    target, row, subtract(add(narrow(nothing, 0, i, 1), narrow(sums, 0, i, 1)), old));
                        }
                    }
                }));
    }

    static Stream<Arguments> storage() {
        Class<?> part = BackendConformance.Storage.class;
        return Stream.of(
                fault("a view is a copy", part, threads -> new Faulty() {
                    @Override
                    public Array narrow(Array a, int dimension, long start, long length) {
                        return cast(super.narrow(a, dimension, start, length), a.dtype());
                    }
                }),
                fault("bf16 is cut off, not rounded", part, threads -> new Faulty() {
                    @Override
                    public Array cast(Array a, DType dtype) {
                        Array result = super.cast(a, dtype);
                        if (dtype == DType.BFLOAT16 && a.dtype() == DType.FLOAT32) {
                            ByteBuffer bits = ByteBuffer.allocate(4 * (int) count(a.shape()));
                            read(contiguous(super.cast(a, a.dtype())), 0, bits);
                            ByteBuffer upper = ByteBuffer.allocate(bits.capacity() / 2);
                            for (int i = 0; i < bits.capacity(); i += 4) {
                                upper.put(bits.get(i + 2)).put(bits.get(i + 3));
                            }
                            write(result, 0, upper.flip());
                        }
                        return result;
                    }
                }),
                fault(
                        "shapes that do not fit are the caller's IllegalArgumentException",
                        part,
                        threads -> new Faulty() {
                            @Override
                            public Array matmul(Array a, Array b) {
                                if (a.shape()[1] != b.shape()[0]) {
                                    throw new IllegalArgumentException("shapes");
                                }
                                return super.matmul(a, b);
                            }
                        }));
    }

    private static long count(long[] shape) {
        long count = 1;
        for (long length : shape) {
            count *= length;
        }
        return count;
    }

    static Stream<Arguments> random() {
        Class<?> part = BackendConformance.RandomNumbers.class;
        return Stream.of(fault("numbers depend on what was drawn before", part, threads -> new Faulty() {
            private long calls;

            @Override
            public Array uniform(long seed, DType dtype, long... shape) {
                return super.uniform(seed + calls++, dtype, shape);
            }
        }));
    }

    static Stream<Arguments> fused() {
        Class<?> part = BackendConformance.FusedKernels.class;
        return Stream.of(
                fault("the norm's epsilon is squared", part, threads -> new Faulty() {
                    @Override
                    public Normalized rmsNorm(Tensor x, Tensor weight, double epsilon) {
                        return super.rmsNorm(x, weight, epsilon * epsilon);
                    }
                }),
                fault("gate and up are exchanged going back", part, threads -> new Faulty() {
                    @Override
                    public Tensor swiGluBackward(Tensor outputGradient, Tensor gateUp) {
                        Tensor right = super.swiGluBackward(outputGradient, gateUp);
                        long width = right.size(1) / 2;
                        return Tensor.concatenate(1, List.of(right.narrow(1, width, width), right.narrow(1, 0, width)));
                    }
                }),
                fault("the loss is the mean, not the sum", part, threads -> new Faulty() {
                    @Override
                    public Tensor crossEntropyInPlace(Tensor logits, Tensor labels) {
                        return super.crossEntropyInPlace(logits, labels).times(1.0 / labels.size(0));
                    }
                }));
    }

    static Stream<Arguments> attention() {
        return Stream.of(
                fault("sequences see each other", BackendConformance.Attention.class, threads -> new Faulty() {
                    @Override
                    public Attended attention(Tensor fused, SequenceLayout layout, AttentionShape shape) {
                        return super.attention(fused, SequenceLayout.ofLengths(layout.rows()), shape);
                    }
                }),
                fault("going back turns forward", BackendConformance.Attention.class, threads -> new Faulty() {
                    @Override
                    public void rotaryInPlace(
                            Tensor fused, Tensor cos, Tensor sin, AttentionShape shape, boolean inverse) {
                        super.rotaryInPlace(fused, cos, sin, shape, false);
                    }
                }),
                fault("a gradient is scaled", BackendConformance.VectorJacobianProducts.class, threads -> new Faulty() {
                    @Override
                    public Tensor rmsNormBackward(Tensor outputGradient, Tensor x, Tensor weight, Tensor inverseRms) {
                        return super.rmsNormBackward(outputGradient, x, weight, inverseRms)
                                .times(1.001);
                    }
                }));
    }

    static Stream<Arguments> promises() {
        Class<?> part = BackendConformance.Promises.class;
        return Stream.of(
                fault("a dtype that it lacks is accepted", part, new JavaBackendFactory() {
                    @Override
                    public Backend create(BackendOptions options) {
                        return options.device().isCpu() ? open(Math.max(1, options.threads())) : super.create(options);
                    }
                }),
                fault("a device that it lacks becomes the CPU", part, new JavaBackendFactory() {
                    @Override
                    public Backend create(BackendOptions options) {
                        return super.create(new BackendOptions(
                                io.tune4j.api.tensor.Device.CPU,
                                options.dtype(),
                                options.threads(),
                                options.notices()));
                    }
                }),
                fault("running out of memory is an error of the JVM", part, threads -> new JavaBackend(threads) {
                    @Override
                    public Array empty(DType dtype, long... shape) {
                        if (count(shape) > Integer.MAX_VALUE) {
                            throw new OutOfMemoryError("too large");
                        }
                        return super.empty(dtype, shape);
                    }
                }),
                fault("it says another number of threads", part, threads -> new JavaBackend(threads + 1) {}),
                fault(
                        "a product keeps its result in one place for all threads",
                        part,
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
                fault("memory is not given back", part, new Leaking()));
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

    @ParameterizedTest
    @MethodSource({"elementwiseAndReductions", "matrices", "storage", "random", "fused", "attention", "promises"})
    void theKitFindsIt(BackendFactory faulty, Class<?> part) {
        subject = faulty;
        assertThat(Runs.failuresUntil("", selectNestedClass(List.of(Subject.class), part)))
                .isNotEmpty();
    }
}
