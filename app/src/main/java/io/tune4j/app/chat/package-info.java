/**
 * {@code tune chat}: {@link io.tune4j.app.chat.ModelFolder} finds base and adapter, {@link io.tune4j.app.chat.ChatSession} is the
 * conversation.
 */
@NullMarked
package io.tune4j.app.chat;

import org.jspecify.annotations.NullMarked;
