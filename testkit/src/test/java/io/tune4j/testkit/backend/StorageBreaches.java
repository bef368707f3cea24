// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.backend;

import static io.tune4j.testkit.backend.BackendBreaches.breach;
import static io.tune4j.testkit.backend.BackendBreaches.count;
import static io.tune4j.testkit.backend.BackendBreaches.factory;

import io.tune4j.api.error.DataException;
import io.tune4j.api.error.InternalException;
import io.tune4j.api.nn.RandomKeys;
import io.tune4j.api.tensor.Array;
import io.tune4j.api.tensor.DType;
import io.tune4j.testkit.promises.Breach;
import io.tune4j.testkit.reference.JavaBackend;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Breaches of the mandatory kernels that move or draw elements. */
final class StorageBreaches {
    private StorageBreaches() {}

    static Stream<Breach> all() {
        return Stream.of(storage(), random()).flatMap(each -> each);
    }

    private static Stream<Breach> storage() {
        Class<?> part = BackendConformance.Storage.class;
        return Stream.of(
                breach(
                        "ArrayKernels.write",
                        "from a byte offset on",
                        "always from the beginning",
                        part,
                        "bytesGoToTheDeviceAndBackAtOffsets",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public void write(Array target, long byteOffset, ByteBuffer source) {
                                super.write(target, 0, source);
                            }
                        }),
                breach(
                        "ArrayKernels.gatherRows",
                        "an index beyond the table is an InternalException",
                        "the last row is taken",
                        part,
                        "operandsThatDoNotFitAreInternalErrors",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Array gatherRows(Array table, Array rows) {
                                try {
                                    return super.gatherRows(table, rows);
                                } catch (InternalException e) {
                                    return narrow(table, 0, 0, 1);
                                }
                            }
                        }),
                breach(
                        "ArrayKernels.mapped",
                        "elements from a byte offset of the file",
                        "from the file's beginning",
                        part,
                        "partsOfFilesAreMapped",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Array mapped(Path file, long byteOffset, DType dtype, long... shape) {
                                return super.mapped(file, 0, dtype, shape);
                            }
                        }),
                breach(
                        "ArrayKernels.load",
                        "fills an array from a source",
                        "the first piece is enough",
                        part,
                        "whatIsLoadedIsWhatTheSourceGives",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public void load(Array target, ByteSource source) {
                                super.load(target, (offset, piece) -> {
                                    if (offset == 0) {
                                        source.read(offset, piece);
                                    } else {
                                        piece.position(piece.limit());
                                    }
                                });
                            }
                        }),
                breach(
                        "ArrayKernels.load",
                        "an exception of the source is the caller's",
                        "it is swallowed",
                        part,
                        "aSourceThatFailsIsHeard",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public void load(Array target, ByteSource source) {
                                try {
                                    super.load(target, source);
                                } catch (DataException e) {
                                    fill(target, 0);
                                }
                            }
                        }),
                breach(
                        "ArrayKernels.arange",
                        "0, 1, ..., count - 1",
                        "counts from 1",
                        part,
                        "creation",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Array arange(long count) {
                                return affine(super.arange(count), 1, 1);
                            }
                        }),
                breach(
                        "ArrayKernels.narrow",
                        "a view",
                        "a view is a copy",
                        part,
                        "viewsShowTheSameMemory",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Array narrow(Array a, int dimension, long start, long length) {
                                return cast(super.narrow(a, dimension, start, length), a.dtype());
                            }
                        }),
                breach(
                        "ArrayKernels.cast",
                        "rounds to nearest even",
                        "bf16 is cut off, not rounded",
                        part,
                        "castsRoundToNearestEven",
                        threads -> new BackendBreaches.Faulty() {
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
                breach(
                        "ArrayKernels",
                        "operands that do not fit each other are an InternalException",
                        "shapes that do not fit are the caller's IllegalArgumentException",
                        part,
                        "operandsThatDoNotFitAreInternalErrors",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Array matmul(Array a, Array b) {
                                if (a.shape()[1] != b.shape()[0]) {
                                    throw new IllegalArgumentException("shapes");
                                }
                                return super.matmul(a, b);
                            }
                        }));
    }

    private static Stream<Breach> random() {
        Class<?> part = BackendConformance.RandomNumbers.class;
        return Stream.of(
                breach(
                        "ArrayKernels.uniform",
                        "the bits of MT19937 from the seed",
                        "another generator",
                        part,
                        "theBitsAreThoseOfTheSpecification",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Array uniform(long seed, DType dtype, long... shape) {
                                return super.uniform(RandomKeys.derive(seed, 1), dtype, shape);
                            }
                        }),
                breach(
                        "ArrayKernels.uniform",
                        "numbers in [0, 1)",
                        "bf16 rounds some up to 1",
                        part,
                        "noNumberIsRoundedUpToOne",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Array uniform(long seed, DType dtype, long... shape) {
                                return dtype == DType.BFLOAT16
                                        ? cast(super.uniform(seed, DType.FLOAT32, shape), dtype)
                                        : super.uniform(seed, dtype, shape);
                            }
                        }),
                breach(
                        "ArrayKernels.uniform",
                        "the number of threads does not matter",
                        "each thread has its own seed",
                        part,
                        "theNumberOfThreadsDoesNotMatter",
                        factory(threads -> new JavaBackend(threads) {
                            @Override
                            public Array uniform(long seed, DType dtype, long... shape) {
                                return super.uniform(seed + threads, dtype, shape);
                            }
                        })),
                breach(
                        "Dropout.mask",
                        "0 where the drawn number is below the probability",
                        "the mask is turned round",
                        part,
                        "aMaskOfDropoutIsThatOfTheSpecification",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Array lessThan(Array a, Array b) {
                                return super.lessThan(b, a);
                            }
                        }),
                breach(
                        "ArrayKernels.uniform",
                        "numbers depend on nothing but the arguments",
                        "numbers depend on what was drawn before",
                        part,
                        "theSameSeedGivesTheSameNumbersWhateverCameBefore",
                        threads -> new BackendBreaches.Faulty() {
                            private long calls;

                            @Override
                            public Array uniform(long seed, DType dtype, long... shape) {
                                return super.uniform(seed + calls++, dtype, shape);
                            }
                        }));
    }
}
