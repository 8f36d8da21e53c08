package metaservice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An OpenAPI 3.0 document, and checks of the rules that tools rely on. */
record ApiDocument(JsonNode root) {

    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete", "head", "options");
    private static final Pattern PARAMETER = Pattern.compile("\\{([^}]*)\\}");

    /**
     * One method of one path.
     *
     * @param method HTTP method in capitals
     * @param path the path template
     */
    record Operation(String method, String path, JsonNode json) {

        /** The JSON schema of the body of a status; empty if the document does not have the status or a JSON body for it. */
        Optional<JsonNode> schema(int status) {
            JsonNode content =
                    json.path("responses").path(Integer.toString(status)).path("content");
            return Optional.ofNullable(content.path("application/json").get("schema"));
        }

        boolean knows(int status) {
            return json.path("responses").has(Integer.toString(status));
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        root.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(member -> METHODS.contains(member.getKey()))
                        .forEach(member -> operations.add(new Operation(
                                member.getKey().toUpperCase(Locale.ROOT), path.getKey(), member.getValue()))));
        return operations;
    }

    /** The operation of a request; a path without parameters takes precedence, as OpenAPI demands. */
    Optional<Operation> operation(String method, String path) {
        return operations().stream()
                .filter(one -> one.method.equals(method)
                        && path.matches(
                                PARAMETER.matcher(one.path.replace(".", "\\.")).replaceAll("[^/]+")))
                .min((a, b) -> Long.compare(
                        parameters(a.path).size(), parameters(b.path).size()));
    }

    /** The path with each parameter replaced by its example. */
    String examplePath(String template) {
        String path = template;
        for (JsonNode parameter : root.path("components").path("parameters")) {
            path = path.replace(
                    "{" + parameter.path("name").textValue() + "}",
                    parameter.path("example").asText());
        }
        return path;
    }

    /** The target of a reference; a node that is not a reference is returned unchanged. */
    JsonNode resolve(JsonNode node) {
        return node.has("$ref") ? root.at(node.get("$ref").textValue().substring(1)) : node;
    }

    /** Violations of the rules for OpenAPI documents; empty if there are none. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (!root.path("openapi").asText().matches("3\\.0\\.\\d+")) {
            problems.add("openapi is not version 3.0");
        }
        for (String member : List.of("title", "version")) {
            if (root.path("info").path(member).asText().isEmpty()) {
                problems.add("info has no " + member);
            }
        }
        brokenReferences(root).forEach(reference -> problems.add("no target for the reference " + reference));
        Set<String> tags = new HashSet<>();
        root.path("tags").forEach(tag -> tags.add(tag.path("name").textValue()));
        Map<String, Operation> byId = new HashMap<>();
        for (Operation operation : operations()) {
            Operation other = byId.put(operation.json.path("operationId").asText(), operation);
            if (other != null) {
                problems.add(operation + " has the operationId of " + other);
            }
            operationProblems(operation, tags).forEach(problem -> problems.add(operation + " " + problem));
        }
        return problems;
    }

    private List<String> operationProblems(Operation operation, Set<String> tags) {
        List<String> problems = new ArrayList<>();
        operation.json.path("tags").forEach(tag -> {
            if (!tags.contains(tag.textValue())) {
                problems.add("has the unknown tag " + tag);
            }
        });
        if (operation.json.path("summary").asText().isEmpty()) {
            problems.add("has no summary");
        }
        Set<String> inPath = new TreeSet<>();
        Set<String> inQuery = new TreeSet<>();
        for (JsonNode reference : operation.json.path("parameters")) {
            JsonNode parameter = resolve(reference);
            boolean isInPath = parameter.path("in").asText().equals("path");
            boolean isInQuery = parameter.path("in").asText().equals("query");
            boolean isNew =
                    (isInPath ? inPath : inQuery).add(parameter.path("name").asText());
            if (!isNew
                    || !parameter.has("schema")
                    || isInPath != parameter.path("required").asBoolean()
                    || isInPath == isInQuery) {
                problems.add("has a bad parameter " + parameter);
            }
        }
        if (!inPath.equals(parameters(operation.path))) {
            problems.add("declares the parameters " + inPath);
        }
        if (!operation.knows(200)) {
            problems.add("has no response 200");
        }
        operation.json.path("responses").properties().forEach(response -> {
            if (!response.getKey().matches("[2-5]\\d\\d")
                    || response.getValue().path("description").asText().isEmpty()) {
                problems.add("has a bad response " + response);
            }
        });
        return problems;
    }

    private List<String> brokenReferences(JsonNode node) {
        List<String> broken = new ArrayList<>();
        if (node.path("$ref").isTextual() && resolve(node).isMissingNode()) {
            broken.add(node.get("$ref").textValue());
        }
        node.forEach(child -> broken.addAll(brokenReferences(child)));
        return broken;
    }

    private static Set<String> parameters(String template) {
        Set<String> names = new TreeSet<>();
        Matcher matcher = PARAMETER.matcher(template);
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        return names;
    }

    /** Differences of a value from a schema; empty if there are none. Supports the part of JSON schema that the documents use. */
    List<String> problems(JsonNode schemaOrReference, JsonNode value, String where) {
        JsonNode schema = resolve(schemaOrReference);
        if (value.isNull()) {
            boolean allowed = schema.path("nullable").asBoolean() || !(schema.has("type") || schema.has("oneOf"));
            return allowed ? List.of() : List.of(where + " is null");
        }
        if (schema.has("oneOf")) {
            long fitting = 0;
            for (JsonNode one : schema.get("oneOf")) {
                fitting += problems(one, value, where).isEmpty() ? 1 : 0;
            }
            return fitting == 1 ? List.of() : List.of(where + " fits " + fitting + " of " + schema.get("oneOf"));
        }
        return switch (schema.path("type").asText()) {
            case "string" -> textProblems(schema, value, where);
            case "integer" ->
                value.isIntegralNumber() ? List.of() : List.of(where + " is not a whole number: " + Json.brief(value));
            case "array" -> elementProblems(schema, value, where);
            case "object" -> memberProblems(schema, value, where);
            default -> List.of();
        };
    }

    private static List<String> textProblems(JsonNode schema, JsonNode value, String where) {
        if (!value.isTextual()) {
            return List.of(where + " is not a text: " + Json.brief(value));
        }
        int length = value.textValue().codePointCount(0, value.textValue().length());
        return length <= schema.path("maxLength").asInt(Integer.MAX_VALUE)
                ? List.of()
                : List.of(where + " has " + length + " characters");
    }

    private List<String> elementProblems(JsonNode schema, JsonNode value, String where) {
        if (!value.isArray()) {
            return List.of(where + " is not an array: " + Json.brief(value));
        }
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < value.size(); i++) {
            problems.addAll(problems(schema.path("items"), value.get(i), where + "[" + i + "]"));
        }
        return problems;
    }

    /** A member that the schema does not name is a problem, too, because then the document is incomplete. */
    private List<String> memberProblems(JsonNode schema, JsonNode value, String where) {
        if (!value.isObject()) {
            return List.of(where + " is not an object: " + Json.brief(value));
        }
        List<String> problems = new ArrayList<>();
        schema.path("required").forEach(name -> {
            if (!value.has(name.textValue())) {
                problems.add(where + " has no " + name);
            }
        });
        JsonNode known = schema.path("properties");
        value.properties().forEach(member -> {
            String inside = where + "." + member.getKey();
            if (known.has(member.getKey())) {
                problems.addAll(problems(known.get(member.getKey()), member.getValue(), inside));
            } else if (!known.isMissingNode() || schema.path("maxProperties").asInt(1) == 0) {
                problems.add(inside + " is not documented");
            }
        });
        return problems;
    }
}
