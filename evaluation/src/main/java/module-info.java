/** The recipe {@code eleuther_eval}: tasks in the format of EleutherAI's harness. */
module io.tune4j.evaluation {
    requires transitive io.tune4j.api;
    requires io.tune4j.engine;
    requires io.tune4j.generation;
    requires com.fasterxml.jackson.databind;
    // The @AutoService annotation, which no class file keeps.
    requires static com.google.auto.service;

    // For dependency injection, which constructs the recipe.
    exports io.tune4j.evaluation.recipe;

    provides io.tune4j.api.plugin.Plugin with
            io.tune4j.evaluation.EvaluationPlugin;
}
