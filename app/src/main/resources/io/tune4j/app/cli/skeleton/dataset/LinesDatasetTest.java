package @package@;

import io.tune4j.api.plugin.Plugin;
import io.tune4j.testkit.component.DatasetConformance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Everything that a data set must do, from the kit. */
class LinesDatasetTest extends DatasetConformance {
    @Override
    protected List<Plugin> plugins() {
        return List.of(new @class@());
    }

    @Override
    protected String section(Path folder) {
        return "_component_: @word@_lines\nfile: '" + folder.resolve("lines.txt") + "'";
    }

    @Override
    protected int samples() {
        return 2;
    }

    @Override
    protected void writeFiles(Path folder) throws IOException {
        Files.writeString(folder.resolve("lines.txt"), "one plus one = two\ntwo plus two = four\n");
    }

    @Override
    protected void changeFiles(Path folder) throws IOException {
        Files.writeString(folder.resolve("lines.txt"), "one plus one = 2\ntwo plus two = 4, surely\n");
    }
}
