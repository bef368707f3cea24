/** LoRA, rsLoRA and DoRA on any model's projections, with adapter files in peft's format. */
module io.tune4j.peft.lora {
    requires transitive io.tune4j.api;
    requires com.fasterxml.jackson.databind;
    // The @AutoService annotation, which no class file keeps.
    requires static com.google.auto.service;

    exports io.tune4j.peft.lora;

    provides io.tune4j.api.plugin.Plugin with
            io.tune4j.peft.lora.LoraPlugin;
}
