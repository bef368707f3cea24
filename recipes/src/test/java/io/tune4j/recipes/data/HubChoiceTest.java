// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.DataException;
import io.tune4j.engine.hub.HubFile;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The files of one configuration and one split are taken, as Hugging Face's datasets does it. */
class HubChoiceTest {
    private static final String TWO = "---\nlicense: mit\nconfigs:\n- config_name: en\n  data_files: en/train.jsonl\n"
            + "- config_name: fr\n  data_files: fr/train.jsonl\n---\n# Text\n";

    private static List<String> choose(String readme, String split, @Nullable String name, String... files) {
        List<HubFile> listing = Arrays.stream(files)
                .map(file -> new HubFile(file, 1, "0".repeat(40), null))
                .toList();
        return new HubChoice("me/set", List.of(), split, name).files(listing, DatasetCard.read(readme, "me/set"));
    }

    private static List<String> byNames(String split, String... files) {
        return choose("", split, null, files);
    }

    @Test
    void aConfigurationIsAskedFor() {
        String[] files = {"README.md", "en/train.jsonl", "fr/train.jsonl"};
        assertThatThrownBy(() -> choose(TWO, "train", null, files))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("configurations en, fr", "name: en");
        assertThat(choose(TWO, "train", "fr", files)).containsExactly("fr/train.jsonl");
        assertThatThrownBy(() -> choose(TWO, "train", "fx", files))
                .hasMessageContainingAll("none named 'fx'", "en, fr");
        assertThatThrownBy(() -> choose(TWO, "test", "fr", files)).hasMessageContainingAll("no split 'test'", "train");
        String usual = TWO.replace("config_name: fr", "config_name: fr\n  default: true");
        assertThat(choose(usual, "train", null, files)).containsExactly("fr/train.jsonl");
        assertThat(choose(TWO.replace("config_name: en", "config_name: default"), "train", null, files))
                .containsExactly("en/train.jsonl");
    }

    @Test
    void globsOfACardMayHaveSetsAndAnyCharacter() {
        String card =
                "---\nconfigs:\n- config_name: x\n  data_files: ['[]a]-[!b].csv', '\uD83D\uDE00*.csv', '[z-a].csv']\n---\n";
        String[] files = {"]-c.csv", "a-b.csv", "a-c.csv", "\uD83D\uDE00.csv", "z.csv"};
        assertThat(choose(card, "train", null, files)).containsExactly("]-c.csv", "a-c.csv", "\uD83D\uDE00.csv");
    }

    @Test
    void theCardMapsFilesToSplits() {
        String card = "---\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    path: part_a.jsonl\n"
                + "  - split: test\n    path: [part_b.jsonl, 'more/{b,c}-*.jsonl']\n---\n";
        String[] files = {"part_a.jsonl", "part_b.jsonl", "more/b-1.jsonl", "more/c-2.jsonl", "more/deep/c-3.jsonl"};
        assertThat(choose(card, "train", null, files)).containsExactly("part_a.jsonl");
        assertThat(choose(card, "test", null, files))
                .containsExactly("part_b.jsonl", "more/b-1.jsonl", "more/c-2.jsonl");
        String mapping =
                "---\nconfigs:\n- config_name: x\n  data_dir: data\n  data_files: {train: '**/a.csv', dev: b.csv}\n---\n";
        String[] below = {"data/a.csv", "data/deep/a.csv", "data/b.csv", "a.csv"};
        assertThat(choose(mapping, "train", null, below)).containsExactly("data/a.csv", "data/deep/a.csv");
        assertThat(choose(mapping, "dev", null, below)).containsExactly("data/b.csv");
        String folders =
                "---\nconfigs:\n- config_name: no\n  data_dir: no\n- config_name: 2023\n  data_dir: ./y/\n---\n";
        String[] years = {"no/train.csv", "y/train.csv", "y/test.csv"};
        assertThat(choose(folders, "test", "2023", years)).containsExactly("y/test.csv");
    }

    @Test
    void namesSaySplitsWhereTheCardDoesNot() {
        assertThat(byNames(
                        "train",
                        "data/train-00000-of-00002.parquet",
                        "data/train-00001-of-00002.parquet",
                        "data/test-00000-of-00001.parquet"))
                .containsExactly("data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet");
        assertThat(byNames(
                        "train_sft", "data/train_sft-00000-of-00001.parquet", "data/train_gen-00000-of-00001.parquet"))
                .containsExactly("data/train_sft-00000-of-00001.parquet");
        assertThat(byNames("train", "train/a.csv", "test/a.csv", "dev/train.csv"))
                .containsExactly("train/a.csv");
        assertThat(byNames("validation", "my-train.jsonl", "my-dev.jsonl")).containsExactly("my-dev.jsonl");
        assertThat(byNames("dev", "train.jsonl", "validation.jsonl")).containsExactly("validation.jsonl");
        assertThat(byNames("train", "training_1.jsonl", "testing.jsonl", "contest.jsonl"))
                .containsExactly("training_1.jsonl");
        assertThat(byNames("train", "a.json", "b.json", "dataset_infos.json", ".hidden.json", "__x.json"))
                .containsExactly("a.json", "b.json");
        assertThat(byNames("train", "a.jsonl.gz", "a.md")).containsExactly("a.jsonl.gz");
    }

    @Test
    void testFilesAreNeverTrained() {
        assertThatThrownBy(() -> byNames("train", "all.jsonl", "test.jsonl"))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("no split 'train'", "it has test", "data_files");
        assertThat(byNames("train", "train/train.csv", "train-test/train.csv")).containsExactly("train/train.csv");
    }

    @Test
    void aNameIsAFolderWhereThereIsNoCard() {
        String[] files = {"en/train.csv", "fr/train.csv", "french/train.csv", "len.csv"};
        assertThat(choose("", "train", "fr", files)).containsExactly("fr/train.csv");
        assertThat(choose("", "train", "en", files)).containsExactly("en/train.csv");
        assertThatThrownBy(() -> choose("", "train", "de", files)).hasMessageContaining("'de'");
    }

    @Test
    void aBrokenCardIsNamed() {
        assertThatThrownBy(() -> choose("---\nconfigs: [\n---\n", "train", null, "a.csv"))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("me/set", "README.md", "data_files");
        assertThat(choose("---\n- a\n---\n", "train", null, "a.csv")).containsExactly("a.csv");
    }
}
