/** What a PEFT method must do: {@link io.tune4j.testkit.peft.PeftMethodConformance}. */
@NullMarked
package io.tune4j.testkit.peft;

import org.jspecify.annotations.NullMarked;
