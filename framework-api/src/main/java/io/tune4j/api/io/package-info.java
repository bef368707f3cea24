/**
 * Files that survive a kill: {@link io.tune4j.api.io.AtomicFiles} writes beside the target and renames, so that a
 * reader sees the old content or the new, never a half. {@link io.tune4j.api.io.DiskSpace} and
 * {@link io.tune4j.api.io.WritableDirectories} ask before an hour of training what would else fail after it.
 */
@NullMarked
package io.tune4j.api.io;

import org.jspecify.annotations.NullMarked;
