// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.recipe;

import java.util.function.Function;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Reads keys of a recipe's own into a value, such as a record, that its constructor asks for.
 *
 * @param type what the constructor asks for
 * @param read makes the value; what is wrong becomes a problem of {@link ConfigValues#root}, and null or a harmless value is returned
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record RecipeOptions<T>(Class<T> type, Function<ConfigValues, @Nullable T> read) {}
