// SPDX-License-Identifier: Apache-2.0
package example;

import io.tune4j.embed.TunedModel;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The model, open as long as the application. */
class Models {
    @Produces
    @Singleton
    TunedModel model(@ConfigProperty(name = "model") String folder) {
        return TunedModel.open(Path.of(folder));
    }

    void close(@Disposes TunedModel model) {
        model.close();
    }
}
