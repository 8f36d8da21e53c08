package metaservice.kit;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * What the document of an API needs beyond its table of routes.
 *
 * @param texts the generation's {@code api.json}: {@code info}, {@code parameters} of paths by name, and recorded
 *     {@code examples} by the name of their shape
 * @param shapes the JSON values that are particular to the generation
 */
public record Api(JsonNode texts, List<Shape> shapes) {

    /**
     * Reads the file {@code api.json} beside a class.
     *
     * @param generation the class
     * @param shapes what is particular to this generation
     */
    public static Api of(Class<?> generation, List<List<Shape>> shapes) {
        try (InputStream file = generation.getResourceAsStream("api.json")) {
            return new Api(
                    Json.AT_START.readTree(file),
                    shapes.stream().flatMap(List::stream).toList());
        } catch (IOException e) {
            throw new UncheckedIOException("api.json beside " + generation + " cannot be read", e);
        }
    }

    /**
     * An example of a body.
     *
     * @throws IllegalStateException if there is none
     */
    JsonNode example(Doc.Content content) {
        JsonNode example = required("examples", content.shape()).deepCopy();
        return content.isList() ? Json.MAPPER.createArrayNode().add(example) : example;
    }

    /**
     * One of the texts.
     *
     * @param kind the member of the texts that has all of its kind
     * @throws IllegalStateException if there is none
     */
    JsonNode required(String kind, String name) {
        JsonNode found = texts.path(kind).path(name);
        if (found.isMissingNode()) {
            throw new IllegalStateException("api.json has nothing for " + name + " in its " + kind);
        }
        return found;
    }
}
