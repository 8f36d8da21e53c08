package metaservice.kit;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.OutputStream;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import metaservice.spi.SampleRequest;
import metaservice.spi.ServiceStartException;

/**
 * Calls every endpoint of a version with a request for a flow that does not exist, before the service takes requests. This
 * checks that the tables have the columns that the version needs, independently of the ledgers, and it warms up the code.
 * It changes no rows.
 */
final class StatementCheck {

    /** SQLSTATEs for an undefined column, function or table. */
    private static final Set<String> UNDEFINED_OBJECT_STATES = Set.of("42703", "42883", "42P01");

    private static final String FLOW_PARAMETER = "{flow_id}";
    private static final Pattern PARAMETER = Pattern.compile("\\{[^}]*}");

    /** The value of every path parameter. */
    private static final String PLACEHOLDER = "0";

    private static final byte[] NO_BODY = {};

    private final String name;
    private final Api api;

    private StatementCheck(String name, Api api) {
        this.name = name;
        this.api = api;
    }

    /**
     * Calls the endpoints of all routes with a flow in their path.
     *
     * @param name the service's name, for error messages
     * @param routes their endpoints use a {@linkplain Database#dryRun() dry-run database}
     * @param api has an example body for every route that reads one
     * @param pause runs after each call
     * @throws ServiceStartException if an endpoint fails, for example because the tables lack a column
     */
    static void run(String name, List<Route> routes, Api api, Runnable pause) throws ServiceStartException {
        StatementCheck check = new StatementCheck(name, api);
        for (Route route : flowRoutes(routes)) {
            check.call(route);
            pause.run();
        }
    }

    private static List<Route> flowRoutes(List<Route> routes) {
        return routes.stream()
                .filter(route -> !route.direct() && route.path().contains(FLOW_PARAMETER))
                .toList();
    }

    /**
     * Requests that the launcher can send to warm up the service: all reads below a flow, and all requests with a body, whose
     * body is an empty list. They change no rows.
     */
    static List<SampleRequest> sampleRequests(String pathPrefix, List<Route> routes) {
        return flowRoutes(routes).stream()
                .filter(route -> route.method().equals("GET") || route.readsBody())
                .map(route -> new SampleRequest(
                        route.method(),
                        pathPrefix + PARAMETER.matcher(route.path()).replaceAll(PLACEHOLDER),
                        route.readsBody() ? "[]" : ""))
                .toList();
    }

    private void call(Route route) throws ServiceStartException {
        Map<String, String> parameters =
                route.parameters().stream().collect(Collectors.toMap(parameter -> parameter, parameter -> PLACEHOLDER));
        try {
            Answer answer = route.endpoint()
                    .answer(new Request("", parameters, body(route)))
                    .get();
            if (answer instanceof Answer.Json json) {
                try (JsonGenerator discarding =
                        Json.MAPPER.getFactory().createGenerator(OutputStream.nullOutputStream())) {
                    json.body().writeTo(discarding);
                }
            }
        } catch (ClientError e) {
            return; // expected, because the flow does not exist
        } catch (SQLException e) {
            if (UNDEFINED_OBJECT_STATES.contains(String.valueOf(e.getSQLState()))) {
                throw new ServiceStartException(
                        name + " is not compatible with the tables: " + route.method() + " " + route.path() + ": "
                                + e.getMessage(),
                        e);
            }
            throw new ServiceStartException(name + " cannot use its database: " + e.getMessage(), e);
        } catch (Exception e) {
            throw new ServiceStartException(name + " fails at " + route.method() + " " + route.path() + ": " + e, e);
        }
    }

    /** The example body from the API's document. */
    private byte[] body(Route route) {
        return route.readsBody() ? api.body(route) : NO_BODY;
    }
}
