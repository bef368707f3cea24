// SPDX-License-Identifier: Apache-2.0
/** What downloads and uploads mean for the folders of models, for the command line and for programs. */
@NullMarked
package io.tune4j.app.hub;

import org.jspecify.annotations.NullMarked;
