// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The instruction sets that the kernels are compiled for, the best first. Each has one library. */
public enum Tier {
    /** AVX-512 with bf16 dot products, and the tile unit for bf16. */
    AMX("amx", "linux-x86_64", 16, true, "avx512_bf16", "amx_tile", "amx_bf16"),
    /** AVX-512 with bf16 dot products. */
    AVX512_BF16("avx512-bf16", "linux-x86_64", 16, true, "avx512_bf16"),
    /** AVX-512 (x86-64-v4). */
    AVX512("avx512", "linux-x86_64", 16, false, "avx512f"),
    /** AVX2 with FMA (x86-64-v3). */
    AVX2("avx2", "linux-x86_64", 8, false),
    /** NEON with bf16 dot products. */
    NEON_BF16("neon-bf16", "linux-aarch64", 4, true, "bf16"),
    /** NEON (ARMv8-A). */
    NEON("neon", "linux-aarch64", 4, false);

    private static final Set<String> X86_64_V3 = Set.of("avx2", "fma", "bmi1", "bmi2", "f16c", "movbe", "abm");
    private static final Set<String> X86_64_V4 = Set.of("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl");

    /** Floats in a vector of AVX-512. */
    private static final int WIDEST = 16;

    private final String id;
    private final String platform;
    private final int lanes;
    private final boolean bf16Products;
    // Never changed: Set.of makes it.
    @SuppressWarnings("ImmutableEnumChecker")
    private final Set<String> own;

    Tier(String id, String platform, int lanes, boolean bf16Products, String... own) {
        this.id = id;
        this.platform = platform;
        this.lanes = lanes;
        this.bf16Products = bf16Products;
        this.own = Set.of(own);
    }

    /** Its name in options and messages, such as {@code avx512-bf16}. */
    public String id() {
        return id;
    }

    /** Floats in a vector. */
    public int lanes() {
        return lanes;
    }

    /** Whether an instruction multiplies pairs of bf16 and adds the products to a float. */
    public boolean hasBf16Products() {
        return bf16Products;
    }

    /** The library's path among the resources of this package. */
    String resource() {
        return platform + "/" + id + ".so";
    }

    /** Whether a processor of a platform can run it. */
    private boolean runsOn(String platform, Set<String> flags) {
        return this.platform.equals(platform)
                && flags.containsAll(own)
                && (!platform.equals("linux-x86_64") || flags.containsAll(X86_64_V3))
                && (lanes < WIDEST || flags.containsAll(X86_64_V4));
    }

    /**
     * The tiers that a processor has, the best first; none on a system for which nothing was compiled.
     *
     * @param platform such as {@code linux-x86_64}
     * @param flags the processor's features as Linux names them
     */
    public static List<Tier> of(String platform, Set<String> flags) {
        return Arrays.stream(values())
                .filter(tier -> tier.runsOn(platform, flags))
                .toList();
    }

    /** The tiers for which there is a library for a platform, the best first. */
    static List<Tier> compiledFor(String platform) {
        return Arrays.stream(values())
                .filter(tier -> tier.platform.equals(platform))
                .toList();
    }

    /** Finds a tier by its {@link #id}. */
    public static Optional<Tier> named(String id) {
        return Arrays.stream(values()).filter(tier -> tier.id.equals(id)).findFirst();
    }

    /** The names of some, for messages. */
    static String ids(List<Tier> tiers) {
        return tiers.stream().map(Tier::id).collect(Collectors.joining(", "));
    }
}
