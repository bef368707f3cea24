/**
 * The report page. {@link io.tune4j.report.page.RunJson} produces the data of a run, and {@link io.tune4j.report.page.Page}
 * inserts data, style and script into the template. The script draws; the page loads no other file.
 */
@NullMarked
package io.tune4j.report.page;

import org.jspecify.annotations.NullMarked;
