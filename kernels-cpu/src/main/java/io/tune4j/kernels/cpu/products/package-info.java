/**
 * Matrix products. {@link io.tune4j.kernels.cpu.products.MatrixProducts} divides a product among threads and into blocks that the caches
 * hold, packs the operands, and multiplies what is packed.
 */
@NullMarked
package io.tune4j.kernels.cpu.products;

import org.jspecify.annotations.NullMarked;
