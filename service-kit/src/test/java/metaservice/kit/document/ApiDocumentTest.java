package metaservice.kit.document;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import metaservice.kit.Answer;
import metaservice.kit.Column;
import metaservice.kit.Columns;
import metaservice.kit.Dialect;
import metaservice.kit.Endpoint;
import metaservice.kit.Failures;
import metaservice.kit.Field;
import metaservice.kit.Route;
import org.junit.jupiter.api.Test;

class ApiDocumentTest {

    private static final Dialect DIALECT =
            new Dialect(Failures.STRUCTURED, Answer.emptyObject(404), Dialect.EmptyList.ARRAY);

    private static final Columns COLUMNS =
            Columns.of(Column.text("flow_id"), Column.text("user_name"), Column.number("ts_epoch"));
    private static final List<Field> FIELDS = List.of(Field.text("user_name"));
    private static final List<Shape> SHAPES =
            List.of(Shape.row("Flow", COLUMNS, FIELDS), Shape.body("NewFlow", FIELDS));

    private static final Endpoint NEVER_CALLED = request -> Answer.text("never called");

    private static final Route FLOW = Route.get("/flows/{flow_id}", NEVER_CALLED);
    private static final Route NEW_FLOW = Route.post("/flows/{flow_id}", NEVER_CALLED);

    private final ObjectNode texts = JsonNodeFactory.instance.objectNode();
    private final Map<String, Doc> docs = new HashMap<>();

    ApiDocumentTest() {
        texts.putObject("info").put("title", "Test");
        texts.withObjectProperty("parameters").putObject("flow_id").put("example", "F");
        texts.withObjectProperty("parameters").putObject("file").put("example", "a.css");
        texts.withObjectProperty("examples").putObject("Flow");
        texts.withObjectProperty("examples").putObject("NewFlow").put("user_name", "u");
        docs.put(FLOW.toString(), Doc.one("flows", "One flow", "Flow"));
        docs.put(
                NEW_FLOW.toString(),
                Doc.one("flows", "Registers a flow", "Flow").takes("NewFlow").refuses(409, "It is there already."));
    }

    private JsonNode document(Route... routes) {
        return ApiDocument.of(
                "9.9.9",
                new ApiDescription(texts, DIALECT, List.of(routes), Map.of("flows", "what users wrote"), docs, SHAPES));
    }

    @Test
    void methodsOfOnePathAreInOnePathItem() {
        JsonNode paths = document(FLOW, NEW_FLOW).get("paths");
        assertEquals(4, paths.size(), "including the pages that show the API");
        assertEquals(2, paths.get("/flows/{flow_id}").size());
        assertEquals(
                "getFlowsFlowId",
                paths.at("/~1flows~1{flow_id}/get/operationId").textValue());
    }

    @Test
    void versionIsTheServiceVersion() {
        assertEquals("9.9.9", document(FLOW).at("/info/version").textValue());
    }

    @Test
    void onlyReferencedShapesAreInTheDocument() {
        JsonNode schemas = document(FLOW).at("/components/schemas");
        assertTrue(schemas.has("Flow") && schemas.has("Error") && schemas.has("Page"));
        assertTrue(!schemas.has("NewFlow") && !schemas.has("Health"));
    }

    @Test
    void typesAndLengthsComeFromColumnsAndFields() {
        JsonNode flow = document(FLOW).at("/components/schemas/Flow");
        assertEquals(255, flow.at("/properties/user_name/maxLength").intValue());
        assertTrue(flow.at("/properties/user_name/nullable").booleanValue());
        assertTrue(flow.at("/properties/flow_id/nullable").isMissingNode());
        assertEquals("integer", flow.at("/properties/ts_epoch/type").textValue());
        assertEquals(3, flow.get("required").size());
    }

    @Test
    void onlyRoutesThatReadABodyAnswer413() {
        JsonNode path = document(FLOW, NEW_FLOW).at("/paths/~1flows~1{flow_id}");
        assertTrue(path.at("/post/responses/413").isObject());
        assertTrue(path.at("/get/responses/413").isMissingNode());
    }

    @Test
    void queriesAndHeadersComeFromTheDoc() {
        docs.computeIfPresent(
                FLOW.toString(),
                (route, doc) -> doc.queries(List.of(new Doc.Query("_limit", "integer", "how many")))
                        .header("X-Limit", "how many there may be"));
        JsonNode get = document(FLOW).at("/paths/~1flows~1{flow_id}/get");
        assertTrue(get.at("/parameters/0/$ref").textValue().endsWith("/flow_id"));
        assertEquals("_limit", get.at("/parameters/1/name").textValue());
        assertTrue(get.at("/responses/200/headers/X-Limit").isObject());
    }

    @Test
    void exampleBodiesAreWrittenForRoutesThatReadOne() {
        assertEquals(
                "POST /flows/{flow_id}\t{\"user_name\":\"u\"}\n", GenerateDocument.bodies(document(FLOW, NEW_FLOW)));
    }

    @Test
    void missingPartIsNamedInTheError() {
        assertMissing("no doc for the route GET /tasks", Route.get("/tasks", NEVER_CALLED));
        docs.put("GET /tasks", Doc.list("tasks", "All tasks", "Task"));
        assertMissing(
                "a route's doc refers to the shape Task, which does not exist", Route.get("/tasks", NEVER_CALLED));
        docs.put("GET /{step_name}", Doc.list("flows", "All flows", "Flow"));
        assertMissing("api.json has no step_name in its parameters", Route.get("/{step_name}", NEVER_CALLED));
        texts.withObjectProperty("examples").remove("Flow");
        assertMissing("api.json has no Flow in its examples", FLOW);
    }

    private void assertMissing(String message, Route route) {
        assertEquals(
                message,
                assertThrows(IllegalStateException.class, () -> document(route)).getMessage());
    }
}
