// Tokens per second of llama.cpp, greedy, by the npm package node-llama-cpp:
//   node decode_llama_cpp.mjs FILE.gguf [BATCH] [PROMPT] [NEW]
// One JSON line, as DecodeBenchmark prints it. Run it in a folder with node_modules, or set NODE_PATH.
import {createRequire} from "node:module";
import {pathToFileURL} from "node:url";
import os from "node:os";

const require = createRequire(process.cwd() + "/");
const {getLlama} = await import(pathToFileURL(require.resolve("node-llama-cpp")).href);
const [file, batch = 1, prompt = 1024, count = 64] = process.argv.slice(2).map((v, i) => (i === 0 ? v : Number(v)));
const threads = os.availableParallelism();
const llama = await getLlama({gpu: false, maxThreads: threads, build: "never", logLevel: "error"});
const model = await llama.loadModel({modelPath: file});
const context = await model.createContext({
    contextSize: prompt + count + 16, sequences: batch, threads, batchSize: Math.min(2048, prompt * batch)
});
const sequences = Array.from({length: batch}, () => context.getSequence());

async function run(promptTokens, newTokens) {
    const started = performance.now();
    let first = 0;
    await Promise.all(sequences.map(async (sequence, s) => {
        await sequence.clearHistory();
        // Any tokens; each sequence has its own.
        const tokens = Array.from({length: promptTokens}, (_, i) => 1000 + ((i * 7919 + s * 131) % 20000));
        let made = 0;
        for await (const _ of sequence.evaluate(tokens, {temperature: 0, yieldEogToken: true})) {
            first = made === 0 ? Math.max(first, performance.now()) : first;
            if (++made === newTokens) {
                break;
            }
        }
    }));
    return [(first - started) / 1000, (performance.now() - first) / 1000];
}

await run(16, 8);
const [reading, decoding] = await run(prompt, count);
console.log(JSON.stringify({
    program: "llama.cpp", file, batch, prompt,
    prompt_tokens_per_second: +((batch * prompt) / reading).toFixed(1),
    tokens_per_second: +((batch * (count - 1)) / decoding).toFixed(2)
}));
process.exit(0);
