package metaservice.tools;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Waits for a state of the schema or of the service. */
@Command(
        name = "wait",
        header = "Waits until the schema or the service of a node is ready.",
        description = {
            "For init containers and pipelines. Asks the status every second until the condition holds. A service that does"
                    + " not answer yet is asked again.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 the condition holds, 1 it did not within the timeout, 2 wrong usage.",
            "",
            "Example:",
            "  migration_tools wait --for up-to-date --timeout 300"
        })
final class WaitCommand extends ApiCommand {

    private static final String SERVICE = "service=";

    @Option(
            names = "--for",
            required = true,
            paramLabel = "CONDITION",
            description =
                    "up-to-date: no migration is pending or running and the tables are as expected; healthy: this node"
                            + " serves; service=VERSION: this node serves this version, or one that begins with it, such as 3.")
    private String condition;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "600",
            description = "Longest wait (default: ${DEFAULT-VALUE}).")
    private int timeout;

    @Override
    Outcome execute(MigrationClient api) throws InterruptedException {
        boolean known = condition.equals("up-to-date")
                || condition.equals("healthy")
                || (condition.startsWith(SERVICE) && condition.length() > SERVICE.length());
        if (!known) {
            throw new ParameterException(
                    spec().commandLine(), "--for '" + condition + "': expected up-to-date, healthy or service=VERSION");
        }
        if (timeout < 1) {
            throw new ParameterException(spec().commandLine(), "--timeout " + timeout + ": expected 1 or more seconds");
        }
        return api.await(Duration.ofSeconds(timeout), this::missing);
    }

    /** What is missing for the condition; empty if it holds. */
    private Optional<String> missing(JsonNode status) {
        if (condition.equals("up-to-date")) {
            SchemaState state = SchemaState.of(status);
            return state == SchemaState.UP_TO_DATE ? Optional.empty() : Optional.of(state.sentence());
        }
        JsonNode service = status.path("service");
        String version = service.path("version").asText();
        String state = service.path("state").asText();
        if (!state.equals("serving")) {
            return Optional.of(service.isObject() ? "the service is " + state : "this node runs no metadata service");
        }
        boolean isWanted = condition.equals("healthy") || begins(version, condition.substring(SERVICE.length()));
        return isWanted ? Optional.empty() : Optional.of("the service is " + version);
    }

    private static boolean begins(String version, String wanted) {
        return version.equals(wanted) || version.startsWith(wanted + ".");
    }
}
