package metaservice.v1;

import static metaservice.kit.Route.direct;
import static metaservice.kit.Route.get;
import static metaservice.kit.Route.later;
import static metaservice.kit.Route.post;
import static metaservice.resources.Paths.RUN;
import static metaservice.resources.Paths.STEP;
import static metaservice.resources.Paths.TASK;

import java.util.List;
import metaservice.kit.Admin;
import metaservice.kit.Answer;
import metaservice.kit.Api;
import metaservice.kit.Dialect;
import metaservice.kit.EndpointContext;
import metaservice.kit.HttpService;
import metaservice.kit.Route;
import metaservice.kit.Tokens;
import metaservice.resources.Flows;
import metaservice.resources.RejectedRows;
import metaservice.spi.RunningService;
import metaservice.spi.ServiceContext;
import metaservice.spi.ServiceProvider;
import metaservice.spi.ServiceStartException;
import metaservice.spi.TokenIssuer;

/** Starts metadata service 1.x. {@link #routes} is the table of routes and shows the whole API. */
public final class V1Provider implements ServiceProvider {

    static final Dialect DIALECT =
            new Dialect(PlainErrors.FORMAT, Answer.jsonString(404, "{}"), Dialect.EmptyList.OBJECT);

    static final RejectedRows REJECTED_ROWS = RejectedRows.NOT_REPORTED;

    /** Called by the launcher. */
    public V1Provider() {}

    @Override
    public RunningService start(ServiceContext context) throws ServiceStartException {
        return HttpService.start(
                new RestrictedContext(context),
                DIALECT,
                Api.of(V1Provider.class),
                endpoints -> routes(endpoints, context.serviceVersion(), context.tokens()));
    }

    static List<Route> routes(EndpointContext context, String serviceVersion, TokenIssuer tokenIssuer) {
        Admin admin = new Admin(context.database(), serviceVersion);
        Tokens tokens = new Tokens(tokenIssuer);
        Flows flows = new Flows(context);
        NumericResource runs = NumericResource.runs(context);
        NumericResource steps = NumericResource.steps(context);
        NumericResource tasks = NumericResource.tasks(context);
        NumericMetadata metadata = new NumericMetadata(context);
        NumericArtifacts artifacts = new NumericArtifacts(context);
        return List.of(
                direct("/ping", admin::ping),
                later("/ready", admin::ready),
                get("/auth/token", tokens::issue),
                get("/flows", flows::list),
                get("/flows/{flow_id}", flows::one).neverBlocks(),
                post("/flows/{flow_id}", flows::create).neverBlocks(),
                get("/flows/{flow_id}/runs", runs::list),
                post("/flows/{flow_id}/run", runs::create).neverBlocks(),
                get(RUN, runs::one).neverBlocks(),
                get(RUN + "/metadata", metadata::ofRun),
                get(RUN + "/artifacts", artifacts::ofRun),
                get(RUN + "/steps", steps::list).neverBlocks(),
                get(STEP, steps::one).neverBlocks(),
                post(STEP + "/step", steps::create).neverBlocks(),
                get(STEP + "/artifacts", artifacts::ofStep),
                get(STEP + "/tasks", tasks::list),
                post(STEP + "/task", tasks::create).neverBlocks(),
                get(TASK, tasks::one).neverBlocks(),
                get(TASK + "/metadata", metadata::ofTask).neverBlocks(),
                post(TASK + "/metadata", metadata::create).neverBlocks(),
                get(TASK + "/artifacts", artifacts::ofTask).neverBlocks(),
                post(TASK + "/artifact", artifacts::create).neverBlocks(),
                get(TASK + "/artifacts/{artifact_name}", artifacts::one).neverBlocks());
    }
}
