/**
 * The conformance tests of components: data sets, tokenizers, optimizers, schedules, losses, metric loggers, checkpointers and weight
 * formats. Each class makes its component from a config section, as a run does; {@link
 * io.tune4j.testkit.component.ComponentConformance} is what they share.
 */
@NullMarked
package io.tune4j.testkit.component;

import org.jspecify.annotations.NullMarked;
