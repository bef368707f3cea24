/**
 * A complete backend in plain Java, slow and easy to check: models, PEFT methods and recipes can be tested with it where no
 * native library is installed, and faulty copies of it show that the kit finds faults.
 */
@NullMarked
package io.tune4j.testkit.reference;

import org.jspecify.annotations.NullMarked;
