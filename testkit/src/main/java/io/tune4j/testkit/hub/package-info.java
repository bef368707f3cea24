/** A hub on this machine for tests. It serves folders through the API of the Hugging Face Hub, and simulates chosen faults. */
@NullMarked
package io.tune4j.testkit.hub;

import org.jspecify.annotations.NullMarked;
