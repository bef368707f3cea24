// SPDX-License-Identifier: Apache-2.0
package example;

import io.tune4j.embed.TunedModel;
import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** A service with a model, which Spring closes when the application ends. */
@SpringBootApplication
public class Application {
    public static void main(String[] arguments) {
        SpringApplication.run(Application.class, arguments);
    }

    @Bean
    TunedModel model(@Value("${model}") String folder) {
        return TunedModel.open(Path.of(folder));
    }
}
