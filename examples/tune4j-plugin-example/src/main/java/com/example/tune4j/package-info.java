/** The plugin's entry point, {@code ExamplePlugin}; each contribution has a package of its own. */
package com.example.tune4j;
