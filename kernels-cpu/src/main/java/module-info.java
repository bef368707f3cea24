/** Fused kernels for the CPU, compiled from C for each tier of instructions. */
module io.tune4j.kernels.cpu {
    requires transitive io.tune4j.api;

    exports io.tune4j.kernels.cpu;
    exports io.tune4j.kernels.cpu.products;
    exports io.tune4j.kernels.cpu.attention;
    exports io.tune4j.kernels.cpu.threads;
}
