import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Writes a checkpoint of Llama-3.1-8B's shape with random bf16 weights (16 GB, in shards of 4 GB) to measure memory with:
 *
 * <pre>java scripts/RandomLlamaCheckpoint.java FOLDER [LAYERS]</pre>
 *
 * Values are normal with a deviation of 0.02, from one pool of numbers that each tensor enters at a place of its own; norms are 1.
 */
public final class RandomLlamaCheckpoint {
    private static final int HIDDEN = 4096;
    private static final int KEY_VALUE = 1024;
    private static final int FEED_FORWARD = 14336;
    private static final int VOCABULARY = 128256;
    private static final long SHARD = 4L << 30;
    private static final int POOL = 32 << 20;
    private static final float DEVIATION = 0.02f;
    private static final short ONE = 0x3f80;

    private record Weight(String name, int[] shape) {
        long bytes() {
            long bytes = Short.BYTES;
            for (int length : shape) {
                bytes *= length;
            }
            return bytes;
        }

        String shapeText() {
            return shape.length == 1 ? "[" + shape[0] + "]" : "[" + shape[0] + "," + shape[1] + "]";
        }
    }

    private RandomLlamaCheckpoint() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        int layers = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 32;
        Files.writeString(folder.resolve("config.json"), config(layers));
        List<List<Weight>> shards = shards(weights(layers));
        ByteBuffer pool = pool();
        StringBuilder map = new StringBuilder();
        long total = 0;
        for (int i = 0; i < shards.size(); i++) {
            String name = String.format("model-%05d-of-%05d.safetensors", i + 1, shards.size());
            write(folder.resolve(name), shards.get(i), pool);
            for (Weight weight : shards.get(i)) {
                map.append(map.isEmpty() ? "" : ",\n").append("    \"" + weight.name + "\": \"" + name + "\"");
                total += weight.bytes();
            }
        }
        Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                "{\n  \"metadata\": {\"total_size\": " + total + "},\n  \"weight_map\": {\n" + map + "\n  }\n}\n");
    }

    private static String config(int layers) {
        return """
                {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
                 "hidden_size": 4096, "num_hidden_layers": %d, "num_attention_heads": 32, "num_key_value_heads": 8,
                 "intermediate_size": 14336, "vocab_size": 128256, "rope_theta": 500000.0, "rms_norm_eps": 1e-05,
                 "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
                  "high_freq_factor": 4.0, "original_max_position_embeddings": 8192},
                 "tie_word_embeddings": false, "max_position_embeddings": 131072, "torch_dtype": "bfloat16",
                 "bos_token_id": 128000, "eos_token_id": 128001}
                """
                .formatted(layers);
    }

    private static List<Weight> weights(int layers) {
        List<Weight> all = new ArrayList<>();
        all.add(new Weight("model.embed_tokens.weight", new int[] {VOCABULARY, HIDDEN}));
        for (int i = 0; i < layers; i++) {
            String at = "model.layers." + i + ".";
            all.add(new Weight(at + "input_layernorm.weight", new int[] {HIDDEN}));
            all.add(new Weight(at + "self_attn.q_proj.weight", new int[] {HIDDEN, HIDDEN}));
            all.add(new Weight(at + "self_attn.k_proj.weight", new int[] {KEY_VALUE, HIDDEN}));
            all.add(new Weight(at + "self_attn.v_proj.weight", new int[] {KEY_VALUE, HIDDEN}));
            all.add(new Weight(at + "self_attn.o_proj.weight", new int[] {HIDDEN, HIDDEN}));
            all.add(new Weight(at + "post_attention_layernorm.weight", new int[] {HIDDEN}));
            all.add(new Weight(at + "mlp.gate_proj.weight", new int[] {FEED_FORWARD, HIDDEN}));
            all.add(new Weight(at + "mlp.up_proj.weight", new int[] {FEED_FORWARD, HIDDEN}));
            all.add(new Weight(at + "mlp.down_proj.weight", new int[] {HIDDEN, FEED_FORWARD}));
        }
        all.add(new Weight("model.norm.weight", new int[] {HIDDEN}));
        all.add(new Weight("lm_head.weight", new int[] {VOCABULARY, HIDDEN}));
        return all;
    }

    private static List<List<Weight>> shards(List<Weight> weights) {
        List<List<Weight>> shards = new ArrayList<>();
        long size = SHARD;
        for (Weight weight : weights) {
            if (size + weight.bytes() > SHARD) {
                shards.add(new ArrayList<>());
                size = 0;
            }
            shards.get(shards.size() - 1).add(weight);
            size += weight.bytes();
        }
        return shards;
    }

    private static ByteBuffer pool() {
        ByteBuffer pool = ByteBuffer.allocateDirect(POOL).order(ByteOrder.LITTLE_ENDIAN);
        Random random = new Random(8);
        while (pool.hasRemaining()) {
            pool.putShort((short) (Float.floatToRawIntBits((float) random.nextGaussian() * DEVIATION) >>> 16));
        }
        return pool.flip();
    }

    private static void write(Path file, List<Weight> weights, ByteBuffer pool) throws IOException {
        StringBuilder header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
        long offset = 0;
        for (Weight weight : weights) {
            header.append(",\"" + weight.name + "\":{\"dtype\":\"BF16\",\"shape\":" + weight.shapeText()
                    + ",\"data_offsets\":[" + offset + "," + (offset + weight.bytes()) + "]}");
            offset += weight.bytes();
        }
        header.append("}");
        while (header.length() % 8 != 0) {
            header.append(' ');
        }
        byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(text.length);
            channel.write(length.flip());
            channel.write(ByteBuffer.wrap(text));
            for (Weight weight : weights) {
                if (weight.shape.length == 1) {
                    channel.write(ones(weight.shape[0]));
                } else {
                    fill(channel, weight, pool);
                }
            }
        }
    }

    private static ByteBuffer ones(int count) {
        ByteBuffer ones = ByteBuffer.allocate(count * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (ones.hasRemaining()) {
            ones.putShort(ONE);
        }
        return ones.flip();
    }

    private static void fill(FileChannel channel, Weight weight, ByteBuffer pool) throws IOException {
        int at = Math.floorMod(weight.name.hashCode(), POOL / 2) * 2;
        for (long left = weight.bytes(); left > 0; ) {
            ByteBuffer part = pool.duplicate();
            part.position(at).limit((int) Math.min(POOL, at + left));
            left -= part.remaining();
            while (part.hasRemaining()) {
                channel.write(part);
            }
            at = 0;
        }
    }
}
