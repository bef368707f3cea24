// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.List;

/** A part of a template that writes or changes something. */
@FunctionalInterface
interface Statement {
    /** The continuation after a statement. */
    enum Next {
        STATEMENT,
        TURN,
        END_OF_LOOP
    }

    Next execute(Frame frame);

    /** Executes statements until one ends a turn of a loop. */
    static Next all(List<Statement> statements, Frame frame) {
        for (Statement statement : statements) {
            Next next = statement.execute(frame);
            if (next != Next.STATEMENT) {
                return next;
            }
        }
        return Next.STATEMENT;
    }
}
