/** The Llama family of models, their weight names, and tokenizers of Hugging Face's format. */
module io.tune4j.models.llama {
    requires transitive io.tune4j.api;
    requires com.fasterxml.jackson.databind;
    requires jinjava;
    // The modules below are those of jinjava and ai.djl.tokenizers, which are automatic and so ask for none.
    requires com.fasterxml.jackson.dataformat.yaml;
    requires com.fasterxml.jackson.datatype.jdk8;
    requires ai.djl.tokenizers;
    requires ai.djl.api;
    requires com.google.gson;
    requires org.slf4j;
    // The @AutoService annotation, which no class file keeps.
    requires static com.google.auto.service;

    exports io.tune4j.models.llama;
    // Calls functions of templates.
    exports io.tune4j.models.llama.tokenizer to
            jinjava;

    provides io.tune4j.api.plugin.Plugin with
            io.tune4j.models.llama.LlamaPlugin;
}
