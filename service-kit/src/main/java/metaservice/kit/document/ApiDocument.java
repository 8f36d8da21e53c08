package metaservice.kit.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import metaservice.kit.ApiPages;
import metaservice.kit.Dialect;
import metaservice.kit.Route;

/**
 * Generates the OpenAPI document from a table of routes. It uses the router's own routes, so the document has exactly their
 * paths. A missing doc, shape, parameter or example fails the build.
 */
final class ApiDocument {

    /** OpenAPI 3.0, because more tools support it than 3.1. */
    private static final String OPENAPI = "3.0.3";

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final String VERSION_HEADER = "METADATA_SERVICE_VERSION";

    private final ApiDescription api;
    private final Map<String, Shape> shapes;
    private final ObjectNode document = NODES.objectNode();

    private ApiDocument(ApiDescription api) {
        this.api = api;
        this.shapes = Stream.concat(api.shapes().stream(), ServiceDocs.SHAPES.stream())
                .collect(Collectors.toMap(Shape::name, Function.identity()));
    }

    /**
     * Describes the version's routes and those of the pages that show the API.
     *
     * @throws IllegalStateException if a doc, a shape, a parameter or an example is missing
     */
    static ObjectNode of(String serviceVersion, ApiDescription api) {
        return new ApiDocument(api).describe(serviceVersion);
    }

    private ObjectNode describe(String serviceVersion) {
        document.put("openapi", OPENAPI);
        document.set("info", api.texts().get("info").deepCopy());
        document.withObjectProperty("info").put("version", serviceVersion);
        // Relative to /api/doc/swagger.json, so the document is correct behind any path prefix.
        document.putArray("servers").addObject().put("url", "../..");
        api.tags().forEach(this::tag);
        tag(ServiceDocs.TAG, ServiceDocs.TAG_DESCRIPTION);
        ObjectNode paths = document.putObject("paths");
        for (Route route : ApiPages.with(api.routes(), new byte[0])) {
            ObjectNode path = paths.withObjectProperty(route.path());
            operation(route, doc(route), path.putObject(route.method().toLowerCase(Locale.ROOT)));
        }
        common();
        return document;
    }

    private void tag(String name, String description) {
        document.withArrayProperty("tags").addObject().put("name", name).put("description", description);
    }

    private Doc doc(Route route) {
        return Optional.ofNullable(api.docs().get(route.toString()))
                .or(() -> Optional.ofNullable(ServiceDocs.DOCS.get(route.toString())))
                .orElseThrow(() -> new IllegalStateException("no doc for the route " + route));
    }

    private void parameters(Route route, ObjectNode operation) {
        for (String name : route.parameters()) {
            JsonNode described = api.required("parameters", name).deepCopy();
            ObjectNode parameter = component("parameters", name);
            parameter.put("name", name).put("in", "path").put("required", true);
            parameter.setAll((ObjectNode) described);
            operation.withArrayProperty("parameters").addObject().put("$ref", "#/components/parameters/" + name);
        }
    }

    private void operation(Route route, Doc doc, ObjectNode operation) {
        operation.put("operationId", operationId(route));
        operation.put("summary", doc.summary());
        operation.putArray("tags").add(doc.tag());
        parameters(route, operation);
        for (Doc.Query query : doc.queries()) {
            ObjectNode parameter = operation.withArrayProperty("parameters").addObject();
            parameter.put("name", query.name()).put("in", "query").put("description", query.description());
            parameter.putObject("schema").put("type", query.type());
        }
        doc.takes().ifPresent(body -> {
            ObjectNode request = operation.putObject("requestBody").put("required", true);
            content(body, request, false);
        });
        responses(route, doc, operation.putObject("responses"));
    }

    /** Such as {@code getFlowsFlowIdRuns}. Client generators use it as the name of the method. */
    private static String operationId(Route route) {
        return route.method().toLowerCase(Locale.ROOT)
                + Stream.of(route.path().split("[^A-Za-z0-9]+", -1))
                        .filter(word -> !word.isEmpty())
                        .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                        .collect(Collectors.joining());
    }

    private void responses(Route route, Doc doc, ObjectNode responses) {
        ObjectNode ok = responses.putObject("200").put("description", "OK");
        header(ok, VERSION_HEADER, "the version of the service");
        new TreeMap<>(doc.headers()).forEach((name, description) -> header(ok, name, description));
        content(doc.answers(), ok, true);
        Map<Integer, String> refusals = new TreeMap<>(doc.refusals());
        if (!route.parameters().isEmpty() || !doc.queries().isEmpty() || route.readsBody()) {
            refusals.putIfAbsent(400, "The request is invalid; the message says why.");
        }
        if (route.readsBody()) {
            refusals.putIfAbsent(413, "The body is too long, as it was sent or after it was inflated.");
            refusals.putIfAbsent(415, "The body has another Content-Encoding than gzip, deflate or identity.");
        }
        if (!route.direct()) {
            refusals.putIfAbsent(500, "Internal error; the service's log has details under the id in the message.");
            refusals.putIfAbsent(
                    503,
                    "The database or another dependency is not available, or the service is overloaded; the request can be retried.");
        }
        refusals.forEach((status, when) -> {
            ObjectNode response = responses.putObject(status.toString()).put("description", when);
            ObjectNode json = response.putObject("content").putObject("application/json");
            json.putObject("schema").put("$ref", "#/components/schemas/Error");
        });
    }

    private static void header(ObjectNode response, String name, String description) {
        ObjectNode header = response.withObjectProperty("headers").putObject(name);
        header.put("description", description).putObject("schema").put("type", "string");
    }

    private void content(Doc.Content content, ObjectNode parent, boolean isAnswer) {
        ObjectNode media = parent.putObject("content").putObject(content.mediaType());
        ObjectNode reference = reference(content.shape());
        if (!content.isList()) {
            media.set("schema", reference);
        } else {
            media.set("schema", list(reference, isAnswer));
        }
        if (content.mediaType().equals("application/json") && !ServiceDocs.WITHOUT_EXAMPLE.contains(content.shape())) {
            media.set("example", example(content));
        }
    }

    private JsonNode example(Doc.Content content) {
        JsonNode example = api.required("examples", content.shape()).deepCopy();
        return content.isList() ? NODES.arrayNode().add(example) : example;
    }

    private ObjectNode list(ObjectNode element, boolean isAnswer) {
        ObjectNode array = NODES.objectNode().put("type", "array");
        array.set("items", element);
        if (!isAnswer || api.dialect().emptyList() == Dialect.EmptyList.ARRAY) {
            return array;
        }
        ObjectNode either = NODES.objectNode();
        ArrayNode cases = either.put("description", "an empty list may be an empty object")
                .putArray("oneOf");
        cases.add(array);
        cases.addObject().put("type", "object").put("maxProperties", 0);
        return either;
    }

    private ObjectNode reference(String name) {
        Shape shape = shapes.get(name);
        if (shape == null) {
            throw new IllegalStateException("a route's doc refers to the shape " + name + ", which does not exist");
        }
        document.withObjectProperty("components").withObjectProperty("schemas").set(name, shape.schema());
        return NODES.objectNode().put("$ref", "#/components/schemas/" + name);
    }

    private ObjectNode component(String kind, String name) {
        return document.withObjectProperty("components")
                .withObjectProperty(kind)
                .putObject(name);
    }

    private void common() {
        ObjectNode error = component("schemas", "Error");
        error.put("description", "An object with a message, an empty object, or a text, which may contain JSON");
        ArrayNode cases = error.putArray("oneOf");
        ObjectNode message = cases.addObject().put("type", "object");
        message.withObjectProperty("properties").putObject("message").put("type", "string");
        cases.addObject().put("type", "string");
    }
}
