package metaservice.kit;

import io.undertow.server.HttpHandler;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.function.Function;
import metaservice.spi.Health;
import metaservice.spi.RunningService;
import metaservice.spi.ServiceContext;
import metaservice.spi.ServiceStartException;

/** A service made of a pool and a table of routes. Thread-safe. */
public final class HttpService implements RunningService {

    private final Database database;
    private final Router router;

    private HttpService(Database database, Router router) {
        this.database = database;
        this.router = router;
    }

    /**
     * Opens the pool and builds the routes.
     *
     * @param style how this generation words its answers
     * @param api what its document needs beyond its routes
     * @param routes makes the version's table of routes
     * @throws ServiceStartException if the database cannot be reached
     */
    public static RunningService start(
            ServiceContext context, Style style, Api api, Function<Parts, List<Route>> routes)
            throws ServiceStartException {
        String name = "service-" + context.serviceVersion();
        try {
            Database database = new Database(name, context.database());
            Parts parts = new Parts(database, Tables.DEFAULT, style, Clock.systemUTC());
            Router router = new Router(
                    context.settings().pathPrefix(),
                    context.settings().maxBodyBytes(),
                    context.serviceVersion(),
                    new Failures(style.errors()),
                    ApiPages.with(routes.apply(parts), context.serviceVersion(), api, style));
            return new HttpService(database, router);
        } catch (SQLException | RuntimeException e) {
            throw new ServiceStartException(name + " cannot reach its database: " + e.getMessage(), e);
        }
    }

    @Override
    public HttpHandler handler() {
        return router;
    }

    @Override
    public Health health() {
        return database.isUp() ? Health.UP : Health.down("the database does not answer");
    }

    @Override
    public void close() {
        database.close();
    }
}
