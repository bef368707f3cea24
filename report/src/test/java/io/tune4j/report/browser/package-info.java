/** A headless browser for tests of pages. */
@NullMarked
package io.tune4j.report.browser;

import org.jspecify.annotations.NullMarked;
