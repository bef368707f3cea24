/**
 * Matrix products on the CPU. Several engines can multiply: kernels of our own, and libtorch with the libraries in it. Which one is fastest
 * depends on the processor and on the shape, so {@link io.tune4j.backend.bytedeco.products.EngineChoice} measures a few products at the first
 * start on a processor and remembers the rates in the user's cache. {@link io.tune4j.backend.bytedeco.products.CpuProducts} then asks the
 * fastest engine that takes the operands.
 */
@NullMarked
package io.tune4j.backend.bytedeco.products;

import org.jspecify.annotations.NullMarked;
