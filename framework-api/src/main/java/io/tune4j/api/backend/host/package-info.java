/** Queries of the operating system about the CPU and the process's memory. */
@NullMarked
package io.tune4j.api.backend.host;

import org.jspecify.annotations.NullMarked;
