package @package@;

import io.tune4j.api.data.Dataset;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Dataset.SampleSink;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.error.DataException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A question and its answer on each line. The question is read, the answer is learned.
 *
 * @param file UTF-8
 * @param separator between the two
 */
record LinesDataset(Path file, String separator, Tokenizer tokenizer) implements Dataset {
    @Override
    public void read(SampleSink sink) {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                String id = file.getFileName() + "#" + number;
                int at = line.indexOf(separator);
                if (at < 0) {
                    // Ends the reading, unless the config says to skip such records.
                    sink.unfit(new DataException(id + ": there is no '" + separator + "' in the line"), false);
                    continue;
                }
                sink.sample(tokenizer.encodeMessages(
                        id,
                        List.of(
                                new Message(Message.Role.USER, line.substring(0, at).strip(), false),
                                new Message(Message.Role.ASSISTANT, line.substring(at + separator.length()).strip(), true))));
            }
        } catch (IOException e) {
            throw new DataException("cannot read " + file + "; check dataset.file", e);
        }
    }

    /** Tokens of an unchanged file are kept for the next run. */
    @Override
    public String identity() {
        try {
            return file.toAbsolutePath() + " " + Files.size(file) + " " + Files.getLastModifiedTime(file) + " " + separator;
        } catch (IOException e) {
            throw new DataException("cannot read " + file + "; check dataset.file", e);
        }
    }

    @Override
    public String describe() {
        return "lines of " + file.getFileName();
    }
}
