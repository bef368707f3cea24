/**
 * Where a run's time goes, on any backend: {@link io.tune4j.engine.profile.ProfilingBackend} stands before the
 * backend and times each kernel, {@link io.tune4j.engine.profile.KernelTable} adds the times up, and
 * {@link io.tune4j.engine.profile.ChromeTrace} writes them for a trace viewer.
 */
@NullMarked
package io.tune4j.engine.profile;

import org.jspecify.annotations.NullMarked;
