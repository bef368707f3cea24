package @package@;

import io.tune4j.api.backend.BackendFactory;
import io.tune4j.testkit.backend.BackendConformance;

/** Everything that a backend must do, from the kit. */
class JavaBackendTest extends BackendConformance {
    @Override
    protected BackendFactory factory() {
        return new JavaBackendFactory();
    }

    /** A fast backend leaves this out: the test of memory then uses every kernel 1,000 times. */
    @Override
    protected int memoryIterations() {
        return 10;
    }

    @Override
    protected boolean reachesOthers() {
        return true;
    }
}
