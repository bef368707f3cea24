/** Where the application lies and what belongs to it: see {@link io.tune4j.app.installation.Installation}. */
@NullMarked
package io.tune4j.app.installation;

import org.jspecify.annotations.NullMarked;
