/** A hub on this machine for tests, which serves folders through the API of the Hugging Face Hub and fails as it is told. */
@NullMarked
package io.tune4j.testkit.hub;

import org.jspecify.annotations.NullMarked;
