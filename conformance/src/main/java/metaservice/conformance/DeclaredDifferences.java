package metaservice.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the service under test may differ from the recordings. Whatever is not declared here has to be as recorded.
 *
 * @param serviceVersion the version that the service reports instead of the recorded one, in the header {@code
 *     METADATA_SERVICE_VERSION} and as the body of {@code GET /version}; empty if it is the recorded one
 * @param jsonTyped whether a JSON body is served as {@code application/json} where the recording says {@code
 *     text/plain; charset=utf-8}; bodies that are no JSON keep their type
 * @param divergences reviewed exceptions, step by step
 */
public record DeclaredDifferences(
        Optional<String> serviceVersion, boolean jsonTyped, List<AllowedDivergence> divergences) {

    /** Exactly as recorded. */
    public static final DeclaredDifferences NONE = new DeclaredDifferences(Optional.empty(), false, List.of());

    private static final String VERSION_HEADER = "METADATA_SERVICE_VERSION";
    private static final String TYPE_HEADER = "Content-Type";
    private static final String RECORDED_TYPE = "text/plain; charset=utf-8";

    /** Copies the list. */
    public DeclaredDifferences {
        divergences = List.copyOf(divergences);
    }

    /** What is expected of one step of a file, given as folder and name. */
    Expectation expectation(String file, Step.Call step) {
        return divergences.stream()
                .filter(divergence -> divergence.concerns(file, step.label()))
                .findFirst()
                .map(AllowedDivergence::expectation)
                .orElseGet(() -> declared(step));
    }

    private Expectation declared(Step.Call step) {
        Map<String, String> headers = new LinkedHashMap<>(step.expected().headers());
        JsonNode body = step.expected().body();
        serviceVersion.ifPresent(version -> headers.computeIfPresent(VERSION_HEADER, (name, recorded) -> version));
        if (jsonTyped && !Json.isText(body)) {
            headers.replace(TYPE_HEADER, RECORDED_TYPE, "application/json");
        }
        boolean reportsVersion = step.request().path().endsWith("/version")
                && Json.isText(body)
                && body.get("text").textValue().matches("\\d+\\.\\d+\\.\\d+");
        return step.expected()
                .with(headers, reportsVersion ? serviceVersion.map(Json::text).orElse(body) : body);
    }
}
