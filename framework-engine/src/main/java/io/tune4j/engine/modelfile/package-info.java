/** Models that are one file: a {@link io.tune4j.engine.modelfile.ModelFile} makes a folder of it that can be trained. */
@NullMarked
package io.tune4j.engine.modelfile;

import org.jspecify.annotations.NullMarked;
