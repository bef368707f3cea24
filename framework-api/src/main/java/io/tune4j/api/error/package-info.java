/**
 * One exception type per blame: {@link io.tune4j.api.error.UserException} for what the user wrote, with
 * {@link io.tune4j.api.error.DataException} for the user's data and checkpoint files,
 * {@link io.tune4j.api.error.PluginException} for a plugin that broke its contract,
 * {@link io.tune4j.api.error.ResourceException} for memory, disk and devices that ran out, and
 * {@link io.tune4j.api.error.InternalException} for our own bugs. Nothing else leaves the framework.
 */
@NullMarked
package io.tune4j.api.error;

import org.jspecify.annotations.NullMarked;
