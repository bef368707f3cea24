/**
 * Where the process begins. {@code cli} holds the commands, {@code plugins} finds and loads plugins, {@code wiring} makes
 * their contributions available by name, {@code run} starts a recipe, {@code console} is what the user sees.
 */
@NullMarked
package io.tune4j.app;

import org.jspecify.annotations.NullMarked;
