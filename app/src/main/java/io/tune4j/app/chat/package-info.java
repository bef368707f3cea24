/**
 * {@code tune chat}: {@link io.tune4j.app.chat.ChatSession} is the conversation. Base and adapter are found by {@link
 * io.tune4j.app.run.ServedFolder}.
 */
@NullMarked
package io.tune4j.app.chat;

import org.jspecify.annotations.NullMarked;
