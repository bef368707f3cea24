/** The config's {@code profiler} section: which steps are recorded, and where their table and trace go. */
@NullMarked
package io.tune4j.recipes.profile;

import org.jspecify.annotations.NullMarked;
