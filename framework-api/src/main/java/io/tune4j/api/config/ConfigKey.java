// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.config;

import jakarta.inject.Qualifier;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.apiguardian.api.API;

/**
 * On a parameter of a recipe's constructor: the top-level key of the config section that makes it, where that is not the usual
 * one of its type, e.g. {@code @ConfigKey("dataset_val") DatasetProvider validation}.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
@Documented
@Qualifier
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.PARAMETER, ElementType.FIELD, ElementType.METHOD})
public @interface ConfigKey {
    /** The key, at the top of the config. */
    String value();
}
