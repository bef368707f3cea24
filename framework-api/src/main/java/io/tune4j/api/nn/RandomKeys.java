// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.nn;

import java.security.SecureRandom;
import org.apiguardian.api.API;

/** Derives independent seeds from a seed and a name or number, by SplitMix64's finalizer (Steele et al. 2014). */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class RandomKeys {
    private RandomKeys() {}

    /** A seed for a run that names none: from 0 to 2³¹ - 2, which is short to write down. */
    public static long newSeed() {
        return new SecureRandom().nextInt(Integer.MAX_VALUE);
    }

    /**
     * Derives the key of a draw from another key, by the finalizer of SplitMix64 (Steele et al. 2014) modulo 2^64: {@code z = seed *
     * 0x9E3779B97F4A7C15 + salt + 0x632BE59BD9B4E019; z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9; z = (z ^ z >>> 27) *
     * 0x94D049BB133111EB; z ^ z >>> 31}.
     *
     * @param salt tells apart the draws from one key
     */
    public static long derive(long seed, long salt) {
        long z = seed * 0x9E3779B97F4A7C15L + salt + 0x632BE59BD9B4E019L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /**
     * Derives the key of what has a name: {@link #derive(long, long)} with the salt {@code h}, which begins as 1125899906842597 and
     * becomes {@code 31 * h + c} for each UTF-16 unit c of the name.
     */
    public static long derive(long seed, String name) {
        long hash = 1125899906842597L;
        for (int i = 0; i < name.length(); i++) {
            hash = 31 * hash + name.charAt(i);
        }
        return derive(seed, hash);
    }
}
