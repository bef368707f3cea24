/** A recipe of a stranger, which trains with the distribution's trainer. */
module com.example.pairs {
    requires io.tune4j.api;
    requires io.tune4j.recipes;
    requires jakarta.inject;

    // Recipes are constructed by the application.
    exports com.example.pairs;

    provides io.tune4j.api.plugin.Plugin with
            com.example.pairs.PairRecipe.Pairs;
}
