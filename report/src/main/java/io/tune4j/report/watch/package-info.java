/** The live page: a server on the loopback address that follows the files of runs. It reads nothing from clients. */
@NullMarked
package io.tune4j.report.watch;

import org.jspecify.annotations.NullMarked;
