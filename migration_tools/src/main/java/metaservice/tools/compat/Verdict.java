package metaservice.tools.compat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import metaservice.migrations.ServiceVersion;

/**
 * Whether a change may be a rolling one.
 *
 * @param rolling whether nodes of both images can run at the same time
 * @param reason one sentence
 * @param service the service that this image runs on the schema; empty if none does
 * @param serviceOfOthers the service that nodes of the other image run on it; empty if the image is not known
 * @param upgrade when the schema may be upgraded; one sentence
 */
record Verdict(
        boolean rolling,
        String reason,
        Optional<ServiceVersion> service,
        Optional<ServiceVersion> serviceOfOthers,
        String upgrade) {

    /** Exit code: rolling is possible. The codes are those of Keycloak's command for the same question. */
    static final int ROLLING = 0;

    /** Exit code: all old nodes must end before a new one starts. */
    static final int RECREATE = 3;

    int exitCode() {
        return rolling ? ROLLING : RECREATE;
    }

    /** Two or three lines for people. */
    String text() {
        String first = (rolling ? "rolling is possible: " : "recreate is needed: ") + reason;
        return upgrade.isEmpty() ? first : first + System.lineSeparator() + "upgrade of the schema: " + upgrade;
    }

    /** The JSON of {@code --json}. */
    ObjectNode json(Change change) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("rolling", rolling);
        json.put("exit_code", exitCode());
        json.put("reason", reason);
        json.put(
                "from_image",
                change.from().map(image -> image.version().toString()).orElse(null));
        json.put("schema", change.schema().toString());
        json.put("service", service.map(ServiceVersion::toString).orElse(null));
        json.put(
                "service_of_from_image",
                serviceOfOthers.map(ServiceVersion::toString).orElse(null));
        json.put("with_upgrade", change.withUpgrade());
        json.put("upgrade", upgrade);
        return json;
    }
}
