// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import io.tune4j.api.error.ResourceException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.io.NativeLoading;
import io.tune4j.api.io.PackedFile;
import io.tune4j.api.io.PackedFiles;
import io.tune4j.api.io.UnpackedFiles;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.TimeZone;

/** Loads a tier's library: from the jar through the user's cache, where perf and gdb find it, or from a folder of classes as it is. */
final class KernelLibrary {
    /** The largest size of a library on disk. */
    private static final long BYTES = 1 << 20;

    private KernelLibrary() {}

    /**
     * Loads it into this class's loader.
     *
     * @throws ResourceException if the module holds no such library, or no folder takes it
     * @throws UnsatisfiedLinkError if the system refuses it
     */
    static void load(Tier tier, Path cache) {
        URL source = KernelLibrary.class.getResource(tier.resource());
        if (source == null) {
            throw new ResourceException("this build of Tune4J holds no kernels for " + tier.id()
                    + ": they are compiled on Linux x86-64.\nNext: use a distribution that was built there.");
        }
        Path file = file(tier, source, cache);
        try {
            System.load(file.toString());
        } catch (UnsatisfiedLinkError e) {
            if (String.valueOf(e.getMessage()).contains("already loaded in another classloader")) {
                loadCopy(file);
                return;
            }
            String cause = NativeLoading.cause(
                    e, Objects.requireNonNull(file.getParent()), BYTES, "TUNE4J_CACHE=/another/folder");
            if (cause != null) {
                throw new ResourceException(cause, e);
            }
            throw e;
        }
    }

    private static Path file(Tier tier, URL source, Path cache) {
        try {
            PackedFile packed = PackedFile.find(source, (jar, entry) -> tier.id() + ".so");
            if (packed == null) {
                return Path.of(source.toURI());
            }
            // A folder for each content, so that versions beside each other do not replace what the other one has
            // mapped.
            Path folder = cache.toAbsolutePath().resolve("kernels").resolve(Long.toHexString(packed.crc()));
            return UnpackedFiles.intoFirst("kernels", List.of(folder, temporary(packed)), new Single(source, packed))
                    .resolve(packed.path());
        } catch (IOException | URISyntaxException e) {
            throw new ResourceException("the CPU kernels cannot be read from " + source + ": " + e.getMessage(), e);
        }
    }

    private static Path temporary(PackedFile packed) {
        return Path.of(
                System.getProperty("java.io.tmpdir"),
                ".tune4j-" + System.getProperty("user.name"),
                "kernels",
                Long.toHexString(packed.crc()));
    }

    /** A library belongs to one class loader; another one gets a file of its own, which Linux keeps while it is mapped. */
    private static void loadCopy(Path file) {
        try {
            Path copy = AtomicFiles.reserveTemporary(file.resolveSibling("copy-" + file.getFileName()));
            try {
                Files.write(copy, Files.readAllBytes(file));
                System.load(copy.toAbsolutePath().toString());
            } finally {
                AtomicFiles.deleteTemporary(copy);
            }
        } catch (IOException e) {
            throw new ResourceException("the CPU kernels cannot be copied beside " + file + ": " + e.getMessage(), e);
        }
    }

    /** One file of this module's jar. */
    private record Single(URL source, PackedFile file) implements PackedFiles {
        /** The jar's version stands in its name. A jar's times are those of the time zone that reads them. */
        @Override
        public String stamp() {
            return source + " " + TimeZone.getDefault().getID();
        }

        @Override
        public List<PackedFile> list() {
            return List.of(file);
        }
    }
}
