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

/** A running service that consists of a database pool and a table of routes. Thread-safe. */
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
     * Opens the pool, creates the triggers if they are configured, builds the routes and checks their statements.
     *
     * @param dialect how answers differ between API generations
     * @param api the generated document of the API
     * @param routes builds the version's table of routes; called twice
     * @throws ServiceStartException if the database cannot be reached, the triggers cannot be created, or the tables lack
     *     something that the version needs
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
            EndpointContext endpoints = new EndpointContext(database, settings.tables(), dialect, Clock.systemUTC());
            List<Route> table = routes.apply(endpoints);
            context.pauseBetweenSteps();
            StatementCheck.run(name, routes.apply(endpoints.dryRun()), api, context::pauseBetweenSteps);
            Router router = new Router(
                    settings.pathPrefix(),
                    settings.maxBodyBytes(),
                    context.memory(),
                    context.serviceVersion(),
                    new Failures(dialect.errors()),
                    ApiPages.with(table, api.document()));
            RunningService service = new HttpService(
                    database,
                    settings.pathPrefix(),
                    CrossOrigin.around(settings.allowedOrigins(), router),
                    StatementCheck.sampleRequests(settings.pathPrefix(), table));
            started = true;
            return service;
        } finally {
            if (!started) { // also after an Error, because a damaged jar may lack any class
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
