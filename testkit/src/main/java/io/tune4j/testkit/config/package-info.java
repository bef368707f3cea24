/** Config sections from texts, for tests of whatever reads options. */
@NullMarked
package io.tune4j.testkit.config;

import org.jspecify.annotations.NullMarked;
