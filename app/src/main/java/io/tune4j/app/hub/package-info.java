// SPDX-License-Identifier: Apache-2.0
/** Downloads and uploads of model folders, for the command line and for programs. */
@NullMarked
package io.tune4j.app.hub;

import org.jspecify.annotations.NullMarked;
