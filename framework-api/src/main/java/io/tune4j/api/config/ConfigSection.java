// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.apiguardian.api.API;

/**
 * The key of the config section that usually makes components of this type, e.g. {@code tokenizer}. A recipe whose
 * constructor asks for the type gets what that section makes; {@link ConfigKey} on the parameter names another section.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface ConfigSection {
    /** The key, at the top of the config. */
    String value();
}
