// SPDX-License-Identifier: Apache-2.0
package example;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.blankOrNullString;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

@QuarkusTest
class AnswerResourceTest {
    @Test
    void answers() {
        given().queryParam("prompt", "What kind of thing is velvet?")
                .get("/answer")
                .then()
                .statusCode(200)
                .body(not(blankOrNullString()));
    }
}
