/** The conformance tests of PEFT methods: {@link io.tune4j.testkit.peft.PeftMethodConformance}. */
@NullMarked
package io.tune4j.testkit.peft;

import org.jspecify.annotations.NullMarked;
