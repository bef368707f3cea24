// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The form of the files in {@code examples/kubernetes} and {@code examples/slurm}, for which there is no cluster here. */
class WorkerExamplesTest {
    private static final Path EXAMPLES = Path.of("..", "examples");

    private static List<JsonNode> documents(String file) throws IOException {
        List<JsonNode> documents = new ArrayList<>();
        Yaml yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
        for (Object document : yaml.loadAll(Files.readString(EXAMPLES.resolve(file)))) {
            documents.add(new ObjectMapper().valueToTree(document));
        }
        return documents;
    }

    @Test
    void theIndexedJobAndItsServiceFitTogether() throws IOException {
        List<JsonNode> documents = documents("kubernetes/indexed-job.yaml");
        assertThat(documents).hasSize(2);
        JsonNode service = documents.get(0);
        assertThat(service.path("apiVersion").asText()).isEqualTo("v1");
        assertThat(service.path("kind").asText()).isEqualTo("Service");
        assertThat(service.at("/spec/clusterIP").asText()).isEqualTo("None");
        JsonNode job = documents.get(1);
        assertThat(job.path("apiVersion").asText()).isEqualTo("batch/v1");
        assertThat(job.path("kind").asText()).isEqualTo("Job");
        assertThat(job.at("/spec/completionMode").asText()).isEqualTo("Indexed");
        int workers = job.at("/spec/completions").asInt();
        assertThat(job.at("/spec/parallelism").asInt())
                .as("all at the same time")
                .isEqualTo(workers);
        String name = job.at("/metadata/name").asText();
        assertThat(service.at("/spec/selector/job-name").asText())
                .as("the service selects the job's pods, so that they have names in DNS")
                .isEqualTo(name);
        JsonNode pod = job.at("/spec/template/spec");
        assertThat(pod.path("restartPolicy").asText()).isEqualTo("Never");
        assertThat(pod.path("subdomain").asText())
                .isEqualTo(service.at("/metadata/name").asText());
        JsonNode container = pod.path("containers").path(0);
        assertThat(container.at("/args/0").asText())
                .contains("--nnodes " + workers + " ", "lora_finetune_distributed")
                .contains("--rdzv_endpoint " + name + "-0."
                        + pod.path("subdomain").asText() + ":"
                        + service.at("/spec/ports/0/port").asInt());
        assertDivided(container.at("/args/0").asText(), workers);
        assertThat(names(container.path("volumeMounts"))).isEqualTo(names(pod.path("volumes")));
    }

    private static List<String> names(JsonNode list) {
        List<String> names = new ArrayList<>();
        list.forEach(each -> names.add(each.path("name").asText()));
        return names;
    }

    private static void assertDivided(String command, int workers) {
        String microBatches = command.replaceFirst("(?s).*micro_batches_per_step=(\\d+).*", "$1");
        assertThat(Integer.parseInt(microBatches) % workers).isZero();
    }

    @Test
    void theTrainJobHasWhatKubeflowRequires() throws IOException {
        List<JsonNode> documents = documents("kubernetes/trainjob.yaml");
        assertThat(documents).hasSize(1);
        JsonNode job = documents.get(0);
        assertThat(job.path("apiVersion").asText()).isEqualTo("trainer.kubeflow.org/v1alpha1");
        assertThat(job.path("kind").asText()).isEqualTo("TrainJob");
        assertThat(job.at("/spec/runtimeRef/name").asText()).isEqualTo("torch-distributed");
        JsonNode trainer = job.at("/spec/trainer");
        assertThat(trainer.at("/command/0").asText()).isEqualTo("tune");
        assertThat(trainer.path("args").toString()).contains("\"run\",\"lora_finetune_distributed\",\"--config\"");
        assertDivided(trainer.path("args").toString(), trainer.path("numNodes").asInt());
    }

    @Test
    void theImageIsMadeOfWhatTheBuildMakes() throws IOException {
        List<String> lines = Files.readAllLines(EXAMPLES.resolve("kubernetes/Dockerfile")).stream()
                .filter(line -> !line.startsWith("#"))
                .toList();
        assertThat(lines).allMatch(line -> line.matches("(FROM|COPY|ENV|RUN|USER|WORKDIR|ENTRYPOINT) \\S.*"));
        assertThat(lines.get(0)).startsWith("FROM ");
        assertThat(lines.get(lines.size() - 1)).isEqualTo("ENTRYPOINT [\"tune\"]");
        String dist = "app/target/dist/tune4j";
        assertThat(lines).contains("COPY " + dist + " /opt/tune4j");
        assertThat(lines).anyMatch(line -> line.startsWith("ENV PATH=\"/opt/tune4j/bin:"));
        assertThat(Path.of("..", "tune")).content().contains("/" + dist);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void theBatchScriptCanBeParsed() throws IOException, InterruptedException {
        Process bash = new ProcessBuilder(
                        "bash", "-n", EXAMPLES.resolve("slurm/tune4j.sbatch").toString())
                .inheritIO()
                .start();
        assertThat(bash.waitFor()).isZero();
    }
}
