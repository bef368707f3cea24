package @package@;

import com.google.auto.service.AutoService;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.plugin.Plugin;
import java.util.List;

/** Everything that this jar contributes. Making the lists must be cheap: no file, no native library. */
@AutoService(Plugin.class)
public final class @class@ implements Plugin {
    @Override
    public String id() {
        return "@id@";
    }

    @Override
    public List<BackendFactory> backends() {
        return List.of(new JavaBackendFactory());
    }
}
