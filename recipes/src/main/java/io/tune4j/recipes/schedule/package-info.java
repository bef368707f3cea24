/** Learning-rate schedules, pure functions of the step. */
@NullMarked
package io.tune4j.recipes.schedule;

import org.jspecify.annotations.NullMarked;
