// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import java.io.IOException;
import java.util.List;
import org.apiguardian.api.API;

/** The files of some jars that are unpacked together. */
@API(status = API.Status.INTERNAL, since = "0.1")
public interface PackedFiles {
    /** Changes when the jars change; quick to find, because every start asks for it. One line of text. */
    String stamp();

    /** Looks for the files, which may take long. */
    List<PackedFile> list() throws IOException;
}
