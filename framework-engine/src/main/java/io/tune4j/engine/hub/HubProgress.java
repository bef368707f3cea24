// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.hub;

import java.util.List;

/** Follows a download; called by several threads. */
public interface HubProgress {
    /** Reports nothing. */
    HubProgress NONE = new HubProgress() {};

    /**
     * Before the first byte.
     *
     * @param missing what will be downloaded
     * @param present how many files are there already
     */
    default void begin(List<HubFile> missing, int present) {}

    /**
     * Bytes of a file arrived or, at its beginning, were there from an earlier attempt.
     *
     * @param bytes may be negative: a file that begins anew loses what it had
     */
    default void advance(HubFile file, long bytes) {}

    /** A file is complete and checked. */
    default void done(HubFile file) {}

    /** Something was tried again. */
    default void note(String text) {}
}
