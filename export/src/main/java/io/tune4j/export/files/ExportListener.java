// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.files;

/** Is told of an export while it is written. */
@FunctionalInterface
public interface ExportListener {
    /** Ignores everything. */
    ExportListener NONE = text -> {};

    /** Takes a message about something that the written file cannot express. */
    void warning(String text);

    /**
     * Called before a tensor is written. An exception thrown here ends the export, and what was written of it is deleted.
     *
     * @param name of the tensor in the written file
     */
    default void tensor(String name) {}
}
