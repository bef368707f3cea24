/** The conformance tests of model families: {@link io.tune4j.testkit.model.ModelFamilyConformance}. */
@NullMarked
package io.tune4j.testkit.model;

import org.jspecify.annotations.NullMarked;
