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
 * Sends every endpoint of a version a request about a flow that does not exist, before clients send theirs. That proves
 * that the tables have the columns that the version needs, whatever a ledger says; and the first client of a service
 * that takes over does not wait for code that has never run. Nothing changes.
 */
final class StatementCheck {

    /** No such column, no such function, no such table. */
    private static final Set<String> DOES_NOT_FIT = Set.of("42703", "42883", "42P01");

    private static final String FLOW = "{flow_id}";
    private static final Pattern PARAMETER = Pattern.compile("\\{[^}]*}");

    /** What stands for every parameter of a path. */
    private static final String ANY = "0";

    private static final byte[] NO_BODY = {};

    private final String name;
    private final Api api;

    private StatementCheck(String name, Api api) {
        this.name = name;
        this.api = api;
    }

    /**
     * Sends the requests.
     *
     * @param name of the service, for the failure's sentence
     * @param routes on a database that only {@link Database#describing describes} statements that may change rows
     * @param api has a body for every endpoint that wants one
     * @throws ServiceStartException if a statement does not fit the tables
     */
    static void of(String name, List<Route> routes, Api api) throws ServiceStartException {
        StatementCheck rehearsal = new StatementCheck(name, api);
        for (Route route : aboutFlows(routes)) {
            rehearsal.ask(route);
        }
    }

    private static List<Route> aboutFlows(List<Route> routes) {
        return routes.stream()
                .filter(route -> !route.direct() && route.path().contains(FLOW))
                .toList();
    }

    /** All reads of a flow, and all that take a body, with one that holds nothing to store. */
    static List<SampleRequest> samples(String pathPrefix, List<Route> routes) {
        return aboutFlows(routes).stream()
                .filter(route -> route.method().equals("GET") || route.readsBody())
                .map(route -> new SampleRequest(
                        route.method(),
                        pathPrefix + PARAMETER.matcher(route.path()).replaceAll(ANY),
                        route.readsBody() ? "[]" : ""))
                .toList();
    }

    private void ask(Route route) throws ServiceStartException {
        Map<String, String> parameters =
                route.parameters().stream().collect(Collectors.toMap(parameter -> parameter, parameter -> ANY));
        try {
            Answer answer = route.endpoint().answer(new Request("", parameters, body(route)));
            if (answer instanceof Answer.Json json) {
                try (JsonGenerator nowhere =
                        Json.MAPPER.getFactory().createGenerator(OutputStream.nullOutputStream())) {
                    json.body().writeTo(nowhere);
                }
            }
        } catch (ClientError e) {
            return; // as it should be: there is no such flow
        } catch (SQLException e) {
            if (DOES_NOT_FIT.contains(String.valueOf(e.getSQLState()))) {
                throw new ServiceStartException(
                        name + " does not fit the tables: " + route.method() + " " + route.path() + ": "
                                + e.getMessage(),
                        e);
            }
            throw new ServiceStartException(name + " cannot use its database: " + e.getMessage(), e);
        } catch (Exception e) {
            throw new ServiceStartException(name + " fails at " + route.method() + " " + route.path() + ": " + e, e);
        }
    }

    /** What the API's document shows as an example. */
    private byte[] body(Route route) {
        return route.readsBody() ? api.body(route) : NO_BODY;
    }
}
