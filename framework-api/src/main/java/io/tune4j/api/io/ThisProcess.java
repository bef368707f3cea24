// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.apiguardian.api.API;

/** Tells this process from others, also from those of other machines that share a disk with this one. */
@API(status = API.Status.INTERNAL, since = "0.2")
public final class ThisProcess {
    private static final int PLACE_BYTES = 4;
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");
    private static final Path PROCESS_IDS = Path.of("/proc/self/ns/pid");

    private static final String HOST = findHost();
    private static final String PLACE = Sha256.name(HOST + "\0" + processIds(), PLACE_BYTES);
    private static final Instant STARTED = ProcessHandle.current()
            .info()
            .startInstant()
            .orElseGet(Instant::now)
            .truncatedTo(ChronoUnit.SECONDS);

    private ThisProcess() {}

    static long pid() {
        return ProcessHandle.current().pid();
    }

    /** The machine's name, as its own users know it. */
    static String host() {
        return HOST;
    }

    /** The start time, to the second. */
    static Instant started() {
        return STARTED;
    }

    /** Eight hexadecimal digits that processes have in common which can see each other's ids: a machine, or a container on it. */
    public static String place() {
        return PLACE;
    }

    private static String findHost() {
        try {
            // Looking a name up may ask the network, so it comes last.
            return Files.isReadable(HOST_NAME)
                    ? Files.readString(HOST_NAME).strip()
                    : InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        } catch (IOException e) {
            return "unreadable";
        }
    }

    /** Containers of one machine number their processes anew. */
    private static String processIds() {
        try {
            return Files.readSymbolicLink(PROCESS_IDS).toString();
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }
}
