/** The Phi family: Phi-3, 3.5, 4 and 4-mini. */
@NullMarked
package io.tune4j.models.phi;

import org.jspecify.annotations.NullMarked;
