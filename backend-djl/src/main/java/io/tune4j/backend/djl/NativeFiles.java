// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.djl;

import io.tune4j.api.error.ResourceException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The libtorch that is used: the one beside the plugin's jar or, for CUDA, the one that the user names in
 * {@code PYTORCH_LIBRARY_PATH}. The bindings' native half is made for exactly one version, so that is checked here, before
 * a wrong one fails with a missing symbol.
 *
 * @param folder with the libraries
 * @param version of libtorch, e.g. {@code 2.7.1}
 * @param flavor {@code cpu} or e.g. {@code cu128}
 */
record NativeFiles(Path folder, String version, String flavor) {
    /** The one version that the bindings are made for. */
    static final String VERSION = "2.7.1";

    private static final String CUDA_FLAVOR = "cu128";
    static final String CUDA_ADVICE =
            "for a GPU, set PYTORCH_LIBRARY_PATH to the lib folder of libtorch " + VERSION + " for CUDA 12.8 ("
                    + CUDA_FLAVOR + "), with libtorch, libtorch_cpu, libtorch_cuda, libc10 and libc10_cuda";
    private static final String VARIABLE = "PYTORCH_LIBRARY_PATH";
    private static final String PROPERTY = "tune4j.djl.natives";
    /** {@code libtorch/lib} lies beside {@code libtorch/build-version}, e.g. 2.7.1+cu128. */
    private static final String VERSION_FILE = "build-version";

    private static final Pattern BUILD = Pattern.compile("(\\d+\\.\\d+\\.\\d+)(?:\\+(\\w+))?");

    /** @throws ResourceException if there is none, or one of another version */
    static NativeFiles find() {
        String chosen = System.getenv(VARIABLE);
        return chosen == null || chosen.isBlank() ? bundled() : chosenByUser(Path.of(chosen));
    }

    private static NativeFiles bundled() {
        Path folder = bundledFolder();
        List<String> missing = missing(folder, "torch", "torch_cpu", "c10", "djl_torch");
        if (!missing.isEmpty()) {
            throw new ResourceException("libtorch for this platform is not complete: " + folder + " has no "
                    + String.join(", ", missing) + ".\nNext: build the distribution on this platform, or set "
                    + VARIABLE
                    + " to the lib folder of libtorch " + VERSION + ".");
        }
        return new NativeFiles(folder, VERSION, "cpu");
    }

    /** Checks what {@code PYTORCH_LIBRARY_PATH} points at. */
    static NativeFiles chosenByUser(Path folder) {
        String prefix = VARIABLE + "=" + folder;
        List<String> missing = missing(folder, "torch", "torch_cpu", "c10");
        if (!missing.isEmpty()) {
            throw new ResourceException(prefix + " is no libtorch: it has no " + String.join(", ", missing)
                    + ".\nNext: " + CUDA_ADVICE + ", or unset it for the CPU's.");
        }
        boolean cuda = Files.exists(folder.resolve(System.mapLibraryName("torch_cuda")));
        if (cuda && !Files.exists(folder.resolve(System.mapLibraryName("c10_cuda")))) {
            throw new ResourceException(prefix + " has " + System.mapLibraryName("torch_cuda") + " but no "
                    + System.mapLibraryName("c10_cuda") + ".\nNext: " + CUDA_ADVICE + ".");
        }
        String build = buildVersion(folder);
        Matcher matcher = BUILD.matcher(build);
        String version = matcher.matches() ? matcher.group(1) : VERSION;
        String flavor = matcher.matches() && matcher.group(2) != null ? matcher.group(2) : cuda ? CUDA_FLAVOR : "cpu";
        if (!version.equals(VERSION) || (cuda && !flavor.equals(CUDA_FLAVOR))) {
            throw new ResourceException(prefix + " is libtorch " + build + ", and the bindings are made for " + VERSION
                    + " (cpu or " + CUDA_FLAVOR + ").\nNext: " + CUDA_ADVICE + ", or unset it for the CPU's.");
        }
        return new NativeFiles(folder.toAbsolutePath(), version, flavor);
    }

    private static String buildVersion(Path folder) {
        Path parent = folder.toAbsolutePath().getParent();
        Path file = parent == null ? folder.resolve(VERSION_FILE) : parent.resolve(VERSION_FILE);
        try {
            return Files.isRegularFile(file) ? Files.readString(file).strip() : "";
        } catch (IOException e) {
            throw new ResourceException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private static List<String> missing(Path folder, String... libraries) {
        List<String> missing = new ArrayList<>();
        for (String library : libraries) {
            String file = System.mapLibraryName(library);
            if (!Files.exists(folder.resolve(file))) {
                missing.add(file);
            }
        }
        return missing;
    }

    private static Path bundledFolder() {
        @Nullable String property = System.getProperty(PROPERTY);
        if (property != null) {
            return Path.of(property);
        }
        CodeSource source = NativeFiles.class.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            return Path.of("native");
        }
        try {
            Path jar = Path.of(new URI(source.getLocation().toString()));
            return jar.resolveSibling("native");
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean hasCuda() {
        return flavor.startsWith("cu");
    }

    /** For messages. */
    String describe() {
        return "libtorch " + version + " " + flavor + " in " + folder;
    }
}
