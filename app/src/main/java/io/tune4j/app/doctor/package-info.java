/** {@code tune doctor}: what there is on this machine, tried out, and what is wrong with it. */
@NullMarked
package io.tune4j.app.doctor;

import org.jspecify.annotations.NullMarked;
