package metaservice.kit.document;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import metaservice.kit.Dialect;
import metaservice.kit.Route;

/**
 * The input for the OpenAPI document of an API, in addition to {@link ServiceDocs}.
 *
 * @param texts the version's {@code api.json}: {@code info}, {@code parameters} of paths by name, and recorded
 *     {@code examples} by the name of their shape
 * @param dialect how answers differ between API generations
 * @param routes the version's table of routes
 * @param tags the groups of routes in the order of the document, and their descriptions
 * @param docs the description of each route by {@link Route#toString()}; may include routes that the version does not have
 * @param shapes the JSON schemas to which the docs refer
 */
public record ApiDescription(
        JsonNode texts,
        Dialect dialect,
        List<Route> routes,
        Map<String, String> tags,
        Map<String, Doc> docs,
        List<Shape> shapes) {

    /**
     * Describes an API with the texts of the file {@code api.json}.
     *
     * @param version a class in the package that has the file
     */
    public static ApiDescription of(
            Class<?> version,
            Dialect dialect,
            List<Route> routes,
            Map<String, String> tags,
            Map<String, Doc> docs,
            List<Shape> shapes) {
        return new ApiDescription(texts(version), dialect, routes, tags, docs, shapes);
    }

    private static JsonNode texts(Class<?> version) {
        try (InputStream file = version.getResourceAsStream("api.json")) {
            if (file == null) {
                throw new IllegalStateException("no api.json in the package of " + version);
            }
            return JsonMapper.builder().build().readTree(file);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read api.json in the package of " + version, e);
        }
    }

    /**
     * One of the texts.
     *
     * @param kind the member of {@code api.json}, such as {@code parameters}
     * @param name the name of the text in that member
     * @throws IllegalStateException if it is missing
     */
    JsonNode required(String kind, String name) {
        JsonNode found = texts.path(kind).path(name);
        if (found.isMissingNode()) {
            throw new IllegalStateException("api.json has no " + name + " in its " + kind);
        }
        return found;
    }
}
