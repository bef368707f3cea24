// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.hub;

import io.tune4j.api.error.DataException;
import io.tune4j.engine.hub.HubClient.Listing;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Fetches one segment of a file, in as many requests as it takes. */
final class SegmentFetcher {
    private static final System.Logger LOG = System.getLogger(SegmentFetcher.class.getName());
    private static final int OK = 200;
    private static final int PARTIAL = 206;
    private static final int RANGE_REFUSED = 416;
    private static final int BUFFER = 1 << 16;

    /** Bytes after which an attempt counts as progress. */
    private static final long WORTH = 1 << 20;

    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d+)-(\\d+)/(\\d+|\\*)");

    private final HubSettings settings;
    private final HubHttp http;
    private final Listing listing;
    private final HubProgress progress;
    private final IdleWatch watch;
    private final BooleanSupplier stopped;

    SegmentFetcher(HubClient client, Listing listing, HubProgress progress, IdleWatch watch, BooleanSupplier stopped) {
        this.settings = client.settings();
        this.http = client.http();
        this.listing = listing;
        this.progress = progress;
        this.watch = watch;
        this.stopped = stopped;
    }

    /** The progress of a segment, or of a whole file. */
    private static final class Part {
        private final int segment;
        private long start;
        private long length;
        private long got;
        private long noted;

        Part(Segments segments, int segment) {
            this.segment = segment;
            start = segments.start(segment);
            length = segments.length(segment);
            got = segments.take(segment);
            noted = got;
        }

        /** The value of the {@code Range} header; null for a whole file. */
        @Nullable
        String range(HubFile file) {
            return start + got == 0 && length == file.size()
                    ? null
                    : "bytes=" + (start + got) + "-" + (start + length - 1);
        }
    }

    /** @return whether the file's last missing segment is there now */
    boolean fetch(Transfer transfer, int segment) throws IOException {
        HubFile file = transfer.file();
        Part part = new Part(transfer.segments(), segment);
        boolean reader = false;
        int tries = 0;
        while (part.got < part.length) {
            if (stopped.getAsBoolean()) {
                transfer.giveBack(segment, part.got);
                return false;
            }
            if (transfer.isSingle() && !reader) {
                progress.advance(file, -part.got);
                return transfer.leave(segment);
            }
            long before = part.got;
            String reason;
            HttpHeaders answer = null;
            try {
                HttpResponse<InputStream> response = http.once(address(file), part.range(file));
                try (InputStream body = response.body()) {
                    int status = response.statusCode();
                    boolean whole = status == OK && part.range(file) != null;
                    if (whole && !reader) {
                        // The server sends whole files only: one connection takes it from its beginning.
                        if (!becomeReader(transfer, part)) {
                            return transfer.leave(segment);
                        }
                        reader = true;
                        before = 0;
                    } else if (whole) {
                        progress.advance(file, -part.got);
                        part.got = 0;
                        before = 0;
                    }
                    if (status == OK || (status == PARTIAL && fits(response, part, file))) {
                        copy(body, transfer, part, reader);
                        if (part.got == part.length) {
                            break;
                        }
                        reason = "the connection ended early";
                    } else if (status == PARTIAL || status == RANGE_REFUSED) {
                        throw new DataException("'" + file.path() + "' is not as long on the server as its list says"
                                + " (" + file.size() + " bytes); try again later, or another --revision");
                    } else if (HubHttp.isWorthAnotherTry(status) && tries < HubHttp.MOST_TRIES) {
                        reason = "answer " + status;
                        answer = response.headers();
                    } else {
                        throw new HubErrors(settings, listing.repository())
                                .refused(response, "file '" + file.path() + "'");
                    }
                }
            } catch (DiskException e) {
                throw e.failure;
            } catch (IOException e) {
                reason = HubHttp.reason(e);
                if (tries >= HubHttp.MOST_TRIES || e instanceof PermanentFault) {
                    throw http.unreachable("'" + file.path() + "'", reason, e);
                }
            } catch (InterruptedException e) {
                throw HubHttp.interrupted(e);
            }
            tries = part.got - before >= WORTH ? 1 : tries + 1;
            if (tries > HubHttp.MOST_TRIES) {
                throw http.unreachable("'" + file.path() + "'", reason, new IOException(reason));
            }
            http.await(file.path() + ": " + reason, tries, answer, progress);
        }
        return transfer.finish(segment);
    }

    private URI address(HubFile file) {
        return listing.repository().fileAddress(settings.endpoint(), listing.commit(), file.path());
    }

    private boolean becomeReader(Transfer transfer, Part part) throws DiskException {
        try {
            progress.advance(transfer.file(), -part.got);
            part.got = 0;
            if (!transfer.becomeSingle()) {
                return false;
            }
        } catch (IOException e) {
            throw new DiskException(e);
        }
        part.start = 0;
        part.length = transfer.file().size();
        return true;
    }

    private static boolean fits(HttpResponse<?> response, Part part, HubFile file) {
        Matcher range = CONTENT_RANGE.matcher(
                response.headers().firstValue("Content-Range").orElse(""));
        return range.matches()
                && Long.parseLong(range.group(1)) == part.start + part.got
                && (range.group(3).equals("*") || Long.parseLong(range.group(3)) == file.size());
    }

    /** A failure of our own disk, which no other try at the network mends. */
    private static final class DiskException extends IOException {
        private static final long serialVersionUID = 1L;

        private final IOException failure;

        DiskException(IOException failure) {
            super(failure);
            this.failure = failure;
        }
    }

    /** A connection is used again only if its last answer was read to the end. */
    private static void readToEnd(InputStream body) {
        try {
            if (body.read() >= 0) {
                LOG.log(System.Logger.Level.DEBUG, "more bytes came than were asked for");
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "all bytes came, and the connection broke", e);
        }
    }

    private static void note(Transfer transfer, Part part) throws IOException {
        try {
            transfer.advance(part.segment, part.got);
            part.noted = part.got;
        } catch (IOException e) {
            throw new DiskException(e);
        }
    }

    private void copy(InputStream body, Transfer transfer, Part part, boolean reader) throws IOException {
        byte[] buffer = new byte[BUFFER];
        watch.alive(body);
        try {
            while (part.got < part.length) {
                int count = body.read(buffer, 0, (int) Math.min(BUFFER, part.length - part.got));
                if (count < 0 || stopped.getAsBoolean() || (transfer.isSingle() && !reader)) {
                    return;
                }
                watch.alive(body);
                try {
                    transfer.write(ByteBuffer.wrap(buffer, 0, count), part.start + part.got);
                } catch (IOException e) {
                    throw new DiskException(e);
                }
                part.got += count;
                if (part.got - part.noted >= Segments.STEP && part.got < part.length && !reader) {
                    note(transfer, part);
                }
                progress.advance(transfer.file(), count);
            }
            readToEnd(body);
        } finally {
            watch.forget(body);
        }
    }
}
