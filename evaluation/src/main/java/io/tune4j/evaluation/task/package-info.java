/**
 * Task files in the format of EleutherAI's harness. {@link io.tune4j.evaluation.task.TaskCatalog} finds them, {@link
 * io.tune4j.evaluation.task.TaskReader} reads one into a {@link io.tune4j.evaluation.task.TaskDefinition}, and {@link
 * io.tune4j.evaluation.task.QuestionSource} makes a {@link io.tune4j.evaluation.task.Question} of each record.
 */
@NullMarked
package io.tune4j.evaluation.task;

import org.jspecify.annotations.NullMarked;
