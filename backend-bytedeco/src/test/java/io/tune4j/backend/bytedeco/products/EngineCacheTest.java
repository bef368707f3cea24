// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.products;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineCacheTest {
    private final List<String> notices = new ArrayList<>();
    private int measured;

    private EngineRates measure() {
        measured++;
        Map<ProductKind, Map<String, Double>> rates = new EnumMap<>(ProductKind.class);
        for (ProductKind kind : ProductKind.values()) {
            rates.put(kind, Map.of("own", 100.0, "libtorch", kind == ProductKind.TALL ? 120.0 : 104.0));
        }
        return new EngineRates(rates);
    }

    @Test
    void ratesAreRememberedForTheirSubject(@TempDir Path cache) {
        EngineRates first = new EngineCache(cache, notices::add).get("processor=a", this::measure);
        assertThat(new EngineCache(cache, notices::add).get("processor=a", this::measure))
                .isEqualTo(first);
        assertThat(measured).isEqualTo(1);
        new EngineCache(cache, notices::add).get("processor=b", this::measure);
        assertThat(measured).isEqualTo(2);
        assertThat(notices).isEmpty();
    }

    @Test
    void aDamagedFileIsMadeAgain(@TempDir Path cache) throws IOException {
        EngineCache engines = new EngineCache(cache, notices::add);
        EngineRates first = engines.get("processor=a", this::measure);
        Path file;
        try (Stream<Path> files = Files.list(cache.resolve("engines"))) {
            file = files.filter(each -> each.toString().endsWith(".properties"))
                    .findFirst()
                    .orElseThrow();
        }
        String right = Files.readString(file);
        for (String damaged : List.of("", "\\u12", right.replace("120.0", "-1"), right.replace("104.0", "fast"))) {
            Files.writeString(file, damaged);
            assertThat(engines.get("processor=a", this::measure)).isEqualTo(first);
            assertThat(notices).as("%s", damaged).hasSize(1).first().asString().contains("measured again");
            assertThat(Files.readString(file)).isEqualTo(right);
            notices.clear();
        }
    }

    @Test
    void oursIsChosenUnlessAnotherIsClearlyFaster() {
        assertThat(measure().fastest(ProductKind.DENSE)).isEqualTo("own");
        assertThat(measure().fastest(ProductKind.TALL)).isEqualTo("libtorch");
    }

    @Test
    void anArithmeticIsReadBack() {
        Arithmetic arithmetic = new Arithmetic("Vendor 25 17", "avx2", 2, Map.of("fp32.dense", "own"));
        assertThat(Arithmetic.parse(arithmetic.toString())).contains(arithmetic);
        assertThat(Arithmetic.parse("something else")).isEmpty();
    }
}
