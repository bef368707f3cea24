/**
 * Seed-OSS (ByteDance Seed 2025): a decoder like Llama's with biases in q, k and v, and heads whose size is not D / heads. Its dropout of
 * residuals is left out.
 */
package com.example.tune4j.seed;
