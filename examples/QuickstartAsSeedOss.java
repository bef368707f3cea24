import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.safetensors.SafetensorsWriter;
import io.tune4j.api.safetensors.TensorEntry;
import io.tune4j.api.safetensors.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Turns the quickstart's Llama into a Seed-OSS checkpoint that computes the same: the biases, which Llama has not, are zero. So
 * the example plugin's model can be tried without a download, and its losses must be the Llama's.
 *
 * <p>java -cp 'LIB/*' QuickstartAsSeedOss.java MODEL_FOLDER NEW_FOLDER
 */
public class QuickstartAsSeedOss {
    public static void main(String[] arguments) throws Exception {
        Path source = Path.of(arguments[0]);
        Path target = Files.createDirectories(Path.of(arguments[1]));
        try (Checkpoint llama = Checkpoint.open(source)) {
            List<TensorSpec> specs = new ArrayList<>();
            for (TensorEntry entry : llama.entries().values()) {
                specs.add(new TensorSpec(entry.name(), entry.dtype(), entry.shape()));
                if (entry.name().matches(".*self_attn\\.[qkv]_proj\\.weight")) {
                    specs.add(new TensorSpec(entry.name().replace(".weight", ".bias"), entry.dtype(), entry.shape()[0]));
                }
            }
            SafetensorsWriter.write(target.resolve("model.safetensors"), specs, Map.of("format", "pt"), (spec, sink) -> {
                ByteBuffer bytes = ByteBuffer.allocate((int) spec.byteLength());
                if (!spec.name().endsWith(".bias")) {
                    llama.read(llama.entry(spec.name()), 0, bytes);
                }
                sink.accept(bytes.rewind());
            });
        }
        Files.writeString(
                target.resolve("config.json"),
                Files.readString(source.resolve("config.json"))
                        .replace("LlamaForCausalLM", "SeedOssForCausalLM")
                        .replaceAll("\"model_type\": *\"llama\"", "\"model_type\": \"seed_oss\""));
        Files.copy(source.resolve("tokenizer.json"), target.resolve("tokenizer.json"));
    }
}
