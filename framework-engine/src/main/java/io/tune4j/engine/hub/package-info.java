/**
 * Models and data sets from the Hugging Face Hub, or from any server that speaks its API. {@link
 * io.tune4j.engine.hub.HubClient} lists a repository's files, {@link io.tune4j.engine.hub.HubDownload} brings them into a folder:
 * resumed after an interruption, checked against their hashes, and never outside of the folder.
 */
@NullMarked
package io.tune4j.engine.hub;

import org.jspecify.annotations.NullMarked;
