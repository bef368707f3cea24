/** QLoRA: PEFT methods over base weights in 4 bits (NF4). */
module io.tune4j.peft.qlora {
    requires transitive io.tune4j.api;
    // The @AutoService annotation, which no class file keeps.
    requires static com.google.auto.service;

    exports io.tune4j.peft.qlora;

    provides io.tune4j.api.plugin.Plugin with
            io.tune4j.peft.qlora.QloraPlugin;
}
