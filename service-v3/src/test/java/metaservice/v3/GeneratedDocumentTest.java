package metaservice.v3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import metaservice.kit.Api;
import org.junit.jupiter.api.Test;

/** Checks the document that the build has generated. */
class GeneratedDocumentTest {

    private final JsonNode document;

    GeneratedDocumentTest() throws IOException {
        try (InputStream file = V3Provider.class.getResourceAsStream(Api.DOCUMENT_FILE)) {
            document = JsonMapper.builder().build().readTree(file);
        }
    }

    private static List<String> queries(JsonNode operation) {
        return operation.get("parameters").findValuesAsText("name");
    }

    @Test
    void pagesAndFiltersAreQueryParameters() {
        JsonNode runs = document.at("/paths/~1flows~1{flow_id}~1runs/get");
        assertEquals(
                List.of(
                        "_limit",
                        "_cursor",
                        "_tags",
                        "flow_id",
                        "last_heartbeat_ts",
                        "run_id",
                        "run_number",
                        "status",
                        "system_tags",
                        "tags",
                        "ts_epoch",
                        "user",
                        "user_name"),
                queries(runs));
        assertTrue(runs.at("/responses/200/headers/X-Next-Cursor").isObject());
    }

    @Test
    void listWithoutFiltersHasPageParameters() {
        assertEquals(List.of("_limit", "_cursor"), queries(document.at("/paths/~1flows/get")));
    }

    @Test
    void descriptionOfAFilterNamesItsField() {
        JsonNode tags = document.at("/paths/~1flows~1{flow_id}~1runs/get/parameters/3");
        assertEquals("_tags", tags.get("name").textValue());
        assertTrue(
                tags.get("description").textValue().contains("; _tags:any for at least one of them"), tags::toString);
    }

    @Test
    void statusIsNotRequiredInRuns() {
        JsonNode required = document.at("/components/schemas/Run/required");
        assertTrue(
                !required.toString().contains("status") && required.toString().contains("run_number"));
    }
}
