/**
 * The page. {@link io.tune4j.report.page.RunJson} makes the data of a run, {@link io.tune4j.report.page.Page} puts them into the template
 * with its style and script. The script draws; nothing is loaded from anywhere.
 */
@NullMarked
package io.tune4j.report.page;

import org.jspecify.annotations.NullMarked;
