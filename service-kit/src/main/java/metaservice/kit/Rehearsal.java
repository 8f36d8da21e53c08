package metaservice.kit;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.OutputStream;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import metaservice.spi.ServiceStartException;

/**
 * Asks every read of a version about a flow that does not exist, before clients ask about theirs. That proves that the
 * tables have the columns that the version needs, whatever a ledger says, and the code has run before the first client
 * waits for it.
 */
final class Rehearsal {

    /** No such column, no such function, no such table. */
    private static final Set<String> DOES_NOT_FIT = Set.of("42703", "42883", "42P01");

    /** Once to see that it fits; then until the code is compiled and the driver has prepared what it keeps. */
    private static final int ROUNDS = 10;

    private static final String FLOW = "{flow_id}";
    private static final byte[] NO_BODY = {};

    private Rehearsal() {}

    /**
     * Asks; changes nothing.
     *
     * @param name of the service, for the failure's sentence
     * @throws ServiceStartException if a statement does not fit the tables
     */
    static void of(String name, List<Route> routes) throws ServiceStartException {
        List<Route> reads = routes.stream()
                .filter(route -> route.method().equals("GET")
                        && !route.direct()
                        && route.path().contains(FLOW))
                .toList();
        for (int round = 0; round < ROUNDS; round++) {
            for (Route route : reads) {
                ask(name, route);
            }
        }
    }

    private static void ask(String name, Route route) throws ServiceStartException {
        Map<String, String> parameters = route.segments().stream()
                .filter(segment -> segment.startsWith("{"))
                .map(segment -> segment.substring(1, segment.length() - 1))
                .collect(Collectors.toMap(parameter -> parameter, parameter -> "0"));
        try {
            Answer answer = route.endpoint().answer(new Request("", parameters, NO_BODY));
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
                        name + " does not fit the tables: GET " + route.path() + ": " + e.getMessage(), e);
            }
            throw new ServiceStartException(name + " cannot use its database: " + e.getMessage(), e);
        } catch (Exception e) {
            throw new ServiceStartException(name + " fails at GET " + route.path() + ": " + e, e);
        }
    }
}
