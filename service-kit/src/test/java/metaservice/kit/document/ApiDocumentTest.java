package metaservice.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class ApiDocumentTest {

    private static final Dialect DIALECT = new Dialect(
            Failures.STRUCTURED,
            Answer.emptyObject(404),
            Dialect.EmptyList.ARRAY,
            Dialect.EarlyHeartbeat.NOT_FOUND,
            Dialect.LeftOut.SILENTLY);

    private static final Endpoint NOBODY = request -> Answer.text("nobody asks");

    private static final Route FLOW = Route.get("/flows/{flow_id}", NOBODY, Docs.FLOW);
    private static final Route NEW_FLOW = Route.post("/flows/{flow_id}", NOBODY, Docs.NEW_FLOW);

    private final ObjectNode texts = Json.MAPPER.createObjectNode();

    ApiDocumentTest() {
        texts.putObject("info").put("title", "Test");
        texts.withObjectProperty("parameters").putObject("flow_id").put("example", "F");
        texts.withObjectProperty("examples").putObject("Flow");
        texts.withObjectProperty("examples").putObject("NewFlow");
    }

    private JsonNode document(Route... routes) {
        return ApiDocument.of("9.9.9", new Api(texts, Flows.SHAPES), DIALECT, List.of(routes));
    }

    @Test
    void methodsOfOnePathStandTogether() {
        JsonNode paths = document(FLOW, NEW_FLOW).get("paths");
        assertEquals(1, paths.size());
        assertEquals(2, paths.get("/flows/{flow_id}").size());
        assertEquals(
                "getFlowsFlowId",
                paths.at("/~1flows~1{flow_id}/get/operationId").textValue());
    }

    @Test
    void versionIsTheOneThatRuns() {
        assertEquals("9.9.9", document(FLOW).at("/info/version").textValue());
    }

    @Test
    void onlyShapesThatAreSpokenOfAreThere() {
        JsonNode schemas = document(FLOW).at("/components/schemas");
        assertTrue(schemas.has("Flow") && schemas.has("Error"));
        assertEquals(2, schemas.size());
    }

    @Test
    void columnsAndFieldsSayTypesAndLengths() {
        JsonNode flow = document(FLOW).at("/components/schemas/Flow");
        assertEquals(255, flow.at("/properties/user_name/maxLength").intValue());
        assertTrue(flow.at("/properties/user_name/nullable").booleanValue());
        assertTrue(flow.at("/properties/flow_id/nullable").isMissingNode());
        assertEquals("integer", flow.at("/properties/ts_epoch/type").textValue());
        assertEquals(5, flow.get("required").size());
    }

    @Test
    void bodyMayBeTooLongOnlyWhereOneIsRead() {
        JsonNode path = document(FLOW, NEW_FLOW).at("/paths/~1flows~1{flow_id}");
        assertTrue(path.at("/post/responses/413").isObject());
        assertTrue(path.at("/get/responses/413").isMissingNode());
    }

    @Test
    void pagesAndFiltersAreParametersOfTheQuery() {
        Route runs = Route.get("/flows/{flow_id}", NOBODY, Docs.FLOWS.paged(RunPages.FILTERS));
        JsonNode get = document(runs).at("/paths/~1flows~1{flow_id}/get");
        assertTrue(get.at("/parameters/0/$ref").textValue().endsWith("/flow_id"));
        List<String> names = get.get("parameters").findValuesAsText("name");
        assertEquals(List.of("_limit", "_cursor", "_tags", "flow_id"), names.subList(0, 4));
        assertEquals(13, names.size());
        assertTrue(get.at("/responses/200/headers/X-Next-Cursor").isObject());
    }

    @Test
    void whatIsMissingIsNamed() {
        texts.withObjectProperty("examples").remove("Flow");
        assertEquals(
                "api.json has nothing for Flow in its examples",
                assertThrows(IllegalStateException.class, () -> document(FLOW)).getMessage());
        Route task = Route.get("/tasks", NOBODY, Docs.TASKS);
        assertEquals(
                "a route's doc speaks of Task, which no shape is called",
                assertThrows(IllegalStateException.class, () -> document(task)).getMessage());
        Route step = Route.get("/{step_name}", NOBODY, Docs.FLOWS);
        assertEquals(
                "api.json has nothing for step_name in its parameters",
                assertThrows(IllegalStateException.class, () -> document(step)).getMessage());
    }
}
