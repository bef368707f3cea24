/** The page live: a server on this machine's own address that follows the files of runs and takes nothing from anybody. */
@NullMarked
package io.tune4j.report.watch;

import org.jspecify.annotations.NullMarked;
