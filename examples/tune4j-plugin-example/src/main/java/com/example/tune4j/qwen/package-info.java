/** Qwen2.5 (Qwen team 2024): a decoder like Llama's with biases in q, k and v, and a tied output in its small sizes. */
package com.example.tune4j.qwen;
