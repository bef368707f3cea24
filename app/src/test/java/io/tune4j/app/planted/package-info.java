/** Classes that break the rules of {@code ArchitectureRules}, to show that these see them. */
@NullMarked
package io.tune4j.app.planted;

import org.jspecify.annotations.NullMarked;
