// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Chooses a tier and loads its library, once in a process: a second choice would replace kernels that are in use. */
public final class CpuKernels {
    /** The system property that forces a tier, such as {@code avx2}; {@code off} for none. */
    public static final String PROPERTY = "tune4j.kernels";

    private static final String OFF = "off";

    private static @Nullable Loaded loaded;
    private static boolean absenceSaid;

    private CpuKernels() {}

    /** The outcome of the first attempt to load a library: its tier, or empty if the library could not be loaded. */
    private record Loaded(Optional<Tier> tier) {}

    /**
     * Loads the best tier that the processor has, or the forced one. Where that is impossible, it says why once, and the caller uses
     * other operations.
     *
     * @param flags the processor's features as Linux names them
     * @param forced the value of {@link #PROPERTY}, or null
     * @param cache the user's folder for what can be made again; the library is unpacked below it
     * @param notices takes the line that says why there are no kernels
     * @return empty if there are none for this system, if they are off, or if they cannot be loaded
     * @throws UserException if the forced tier is unknown, if the processor lacks it, or if another one is loaded
     */
    public static synchronized Optional<Tier> load(
            Set<String> flags, @Nullable String forced, Path cache, Consumer<String> notices) {
        Optional<Tier> chosen = choose(platform(), flags, forced);
        if (chosen.isEmpty() && !OFF.equals(forced) && !absenceSaid) {
            absenceSaid = true;
            notices.accept(absence(platform()));
        }
        Loaded before = loaded;
        if (before != null) {
            if (chosen.isPresent() && before.tier.isPresent() && !chosen.equals(before.tier)) {
                throw new UserException("kernels of tier " + before.tier.get().id() + " are loaded in this process, so "
                        + chosen.get().id() + " cannot be.\nNext: start another process for it.");
            }
            return chosen.isPresent() ? before.tier : chosen;
        }
        Optional<Tier> result = chosen.filter(tier -> {
            try {
                KernelLibrary.load(tier, cache);
                return true;
            } catch (ResourceException | UnsatisfiedLinkError e) {
                notices.accept("the CPU kernels (" + tier.id()
                        + ") cannot be loaded, so libtorch's operations are used, which are slower: " + e.getMessage());
                return false;
            }
        });
        if (chosen.isPresent()) {
            loaded = new Loaded(result);
        }
        return result;
    }

    /**
     * Whether {@link #load} would find a tier; loads nothing, and forced tiers that are unknown count as none.
     *
     * @param flags the processor's features as Linux names them
     * @param forced the value of {@link #PROPERTY}, or null
     */
    public static boolean supports(Set<String> flags, @Nullable String forced) {
        try {
            return choose(platform(), flags, forced).isPresent();
        } catch (UserException e) {
            return false;
        }
    }

    /** Says why there is no tier for a processor of a platform. */
    static String absence(String platform) {
        List<Tier> tiers = Tier.compiledFor(platform);
        String cause = tiers.isEmpty()
                ? "the CPU kernels are not compiled for " + platform
                : "the CPU kernels need a processor with one of " + Tier.ids(tiers);
        return cause + ", so libtorch's operations are used, which are slower";
    }

    /** The tier that {@link #load} would load. */
    static Optional<Tier> choose(String platform, Set<String> flags, @Nullable String forced) {
        List<Tier> tiers = Tier.of(platform, flags);
        if (forced == null || forced.isBlank()) {
            return tiers.stream().findFirst();
        }
        if (forced.equals(OFF)) {
            return Optional.empty();
        }
        List<String> names = new ArrayList<>(List.of(OFF));
        for (Tier tier : Tier.values()) {
            names.add(tier.id());
        }
        Tier wanted = Tier.named(forced)
                .orElseThrow(() -> new UserException("-D" + PROPERTY + "=" + forced + ": there is no such tier. Known: "
                        + String.join(", ", names)));
        if (!tiers.contains(wanted)) {
            throw new UserException("-D" + PROPERTY + "=" + forced + ": this processor (" + platform
                    + ") does not have it. It has: " + (tiers.isEmpty() ? "no tier" : Tier.ids(tiers)));
        }
        return Optional.of(wanted);
    }

    /** The name of this system in the libraries' folders, such as {@code linux-x86_64}. */
    static String platform() {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String architecture = System.getProperty("os.arch", "");
        return system + "-" + (architecture.equals("amd64") ? "x86_64" : architecture);
    }
}
