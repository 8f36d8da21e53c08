package metaservice.kit;

import io.undertow.server.HttpHandler;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.function.Function;
import metaservice.spi.DatabaseAccess;
import metaservice.spi.Health;
import metaservice.spi.RunningService;
import metaservice.spi.SampleRequest;
import metaservice.spi.ServiceContext;
import metaservice.spi.ServiceSettings;
import metaservice.spi.ServiceStartException;

/** A service made of a pool and a table of routes. Thread-safe. */
public final class HttpService implements RunningService {

    private final Database database;
    private final String pathPrefix;
    private final HttpHandler handler;
    private final List<SampleRequest> samples;

    private HttpService(Database database, String pathPrefix, HttpHandler handler, List<SampleRequest> samples) {
        this.database = database;
        this.pathPrefix = pathPrefix;
        this.handler = handler;
        this.samples = samples;
    }

    /**
     * Opens the pool, sees to the triggers if they are wanted, builds the routes and rehearses them.
     *
     * @param dialect how this generation words its answers
     * @param api the document of its API
     * @param routes makes the version's table of routes
     * @throws ServiceStartException if the database cannot be reached, does not take the triggers that are wanted, or
     *     lacks what the version needs
     */
    public static RunningService start(
            ServiceContext context, Dialect dialect, Api api, Function<EndpointContext, List<Route>> routes)
            throws ServiceStartException {
        String name = "service-" + context.serviceVersion();
        ServiceSettings settings = context.settings();
        Database database = openDatabase(name, context.database());
        boolean started = false;
        try {
            if (settings.triggerSchema().isPresent()) {
                new Triggers(settings.tables(), settings.triggerSchema().get()).create(database);
            }
            EndpointContext parts = new EndpointContext(database, settings.tables(), dialect, Clock.systemUTC());
            List<Route> table = routes.apply(parts);
            StatementCheck.of(name, routes.apply(parts.describing()), api);
            Router router = new Router(
                    settings.pathPrefix(),
                    settings.maxBodyBytes(),
                    context.serviceVersion(),
                    new Failures(dialect.errors()),
                    ApiPages.with(table, api.document()));
            RunningService service = new HttpService(
                    database,
                    settings.pathPrefix(),
                    CrossOrigin.allowed(settings.allowedOrigins(), router),
                    StatementCheck.samples(settings.pathPrefix(), table));
            started = true;
            return service;
        } finally {
            if (!started) { // also after an Error: a damaged jar may lack any class
                database.close();
            }
        }
    }

    private static Database openDatabase(String name, DatabaseAccess access) throws ServiceStartException {
        try {
            return Database.open(name, access);
        } catch (SQLException | RuntimeException e) {
            throw new ServiceStartException(name + " cannot reach its database: " + e.getMessage(), e);
        }
    }

    @Override
    public HttpHandler handler() {
        return handler;
    }

    @Override
    public String pathPrefix() {
        return pathPrefix;
    }

    @Override
    public List<SampleRequest> samples() {
        return samples;
    }

    @Override
    public Health health() {
        return database.isBusy() || database.isUp() ? Health.UP : Health.down("no connection to the database works");
    }

    @Override
    public void close() {
        database.close();
    }
}
