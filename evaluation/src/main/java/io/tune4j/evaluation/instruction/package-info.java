/** Checks whether an answer follows instructions that a program can verify, as IFEval has them (Zhou et al. 2023). */
@NullMarked
package io.tune4j.evaluation.instruction;

import org.jspecify.annotations.NullMarked;
