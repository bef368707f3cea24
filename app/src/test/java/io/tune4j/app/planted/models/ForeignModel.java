// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.planted.models;

/** Another plugin's class. */
public record ForeignModel(int layers) {}
