/** Tokenizers of Hugging Face's, tiktoken's and SentencePiece's formats, chat formats and chat templates. */
module io.tune4j.tokenizers {
    requires transitive io.tune4j.api;
    requires com.fasterxml.jackson.databind;
    requires ai.djl.tokenizers;
    // The modules below are those of ai.djl.tokenizers, which is automatic and so asks for none.
    requires ai.djl.api;
    requires com.google.gson;
    requires org.slf4j;
    // The @AutoService annotation, which no class file keeps.
    requires static com.google.auto.service;

    exports io.tune4j.tokenizers;

    provides io.tune4j.api.plugin.Plugin with
            io.tune4j.tokenizers.TokenizersPlugin;
}
