// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.recipe;

/** Lines of one of several runs, after its name. Nobody hears its events. */
record PartConsole(Console console, String name) implements Console {
    private String named(String text) {
        return text.isEmpty() ? text : "[" + name + "] " + text;
    }

    @Override
    public void line(String text) {
        console.line(named(text));
    }

    @Override
    public void warning(String text) {
        console.warning(named(text));
    }

    @Override
    public void detail(String text) {
        console.detail(named(text));
    }

    @Override
    public void level(String level) {
        console.level(level);
    }

    @Override
    public void progress(long done, long total, String text) {
        console.progress(done, total, named(text));
    }
}
