/** Recipes, and the optimizers, schedules, losses, data sets, checkpointers and metric loggers that they share. */
module io.tune4j.recipes {
    requires transitive io.tune4j.api;
    requires io.tune4j.engine;
    requires io.tune4j.generation;
    requires com.fasterxml.jackson.databind;
    requires com.github.luben.zstd_jni;
    requires de.siegmar.fastcsv;
    requires org.yaml.snakeyaml;
    requires java.net.http;
    requires java.sql;
    requires duckdb.jdbc;
    // The @AutoService annotation, which no class file keeps.
    requires static com.google.auto.service;

    // For dependency injection, which constructs the recipes.
    exports io.tune4j.recipes.full;
    exports io.tune4j.recipes.generate;
    exports io.tune4j.recipes.distillation;
    exports io.tune4j.recipes.lora;
    exports io.tune4j.recipes.preference;

    // For recipes of others, which train with the same parts.
    exports io.tune4j.recipes.checkpoint;
    exports io.tune4j.recipes.data;
    exports io.tune4j.recipes.forecast;
    exports io.tune4j.recipes.memory;
    exports io.tune4j.recipes.options;
    exports io.tune4j.recipes.profile;
    exports io.tune4j.recipes.run;
    exports io.tune4j.recipes.tokens;
    exports io.tune4j.recipes.trainer;
    exports io.tune4j.recipes.training;

    // Jackson reads and writes the training state, what is in it, and what a token store says of itself: records.
    opens io.tune4j.recipes.checkpoint to
            com.fasterxml.jackson.databind;
    opens io.tune4j.recipes.tokens to
            com.fasterxml.jackson.databind;
    opens io.tune4j.recipes.training to
            com.fasterxml.jackson.databind;

    provides io.tune4j.api.plugin.Plugin with
            io.tune4j.recipes.RecipesPlugin;
}
