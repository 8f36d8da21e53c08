package metaservice.v3;

import static metaservice.kit.Route.direct;
import static metaservice.kit.Route.get;
import static metaservice.kit.Route.patch;
import static metaservice.kit.Route.post;
import static metaservice.kit.Route.signal;

import java.util.List;
import metaservice.kit.Admin;
import metaservice.kit.Answer;
import metaservice.kit.Api;
import metaservice.kit.Artifacts;
import metaservice.kit.Dialect;
import metaservice.kit.Docs;
import metaservice.kit.EndpointContext;
import metaservice.kit.Failures;
import metaservice.kit.Flows;
import metaservice.kit.HttpService;
import metaservice.kit.Metadata;
import metaservice.kit.Pages;
import metaservice.kit.Route;
import metaservice.kit.RunPages;
import metaservice.kit.Runs;
import metaservice.kit.Steps;
import metaservice.kit.Tasks;
import metaservice.kit.Tokens;
import metaservice.spi.RunningService;
import metaservice.spi.ServiceContext;
import metaservice.spi.ServiceProvider;
import metaservice.spi.ServiceStartException;

/** Starts metadata service 3.x; its table of routes is the whole API. */
public final class V3Provider implements ServiceProvider {

    private static final String RUN = "/flows/{flow_id}/runs/{run_number}";
    private static final String STEP = RUN + "/steps/{step_name}";
    private static final String TASK = STEP + "/tasks/{task_id}";

    private static final Dialect DIALECT = new Dialect(
            Failures.STRUCTURED,
            Answer.emptyObject(404),
            Dialect.EmptyList.ARRAY,
            Dialect.EarlyHeartbeat.FINE,
            Dialect.LeftOut.TOLD);

    private static final Api API = Api.of(
            V3Provider.class,
            List.of(
                    Flows.SHAPES,
                    RunPages.SHAPES,
                    Steps.SHAPES,
                    Tasks.SHAPES,
                    Metadata.LONG_SHAPES,
                    Artifacts.LONG_SHAPES));

    /** For the launcher. */
    public V3Provider() {}

    @Override
    public RunningService start(ServiceContext context) throws ServiceStartException {
        return HttpService.start(context, DIALECT, API, parts -> routes(parts, context));
    }

    private static List<Route> routes(EndpointContext parts, ServiceContext context) {
        Admin admin = new Admin(parts.database(), context.serviceVersion());
        Tokens tokens = new Tokens(context.tokens());
        Flows flows = new Flows(parts);
        Pages pages = new Pages(parts);
        Runs runs = Runs.withUser(parts);
        RunPages runPages = new RunPages(parts, context.settings().inactiveCutoff());
        Steps steps = new Steps(parts);
        Tasks tasks = new Tasks(parts);
        Metadata metadata = Metadata.withLongTexts(parts);
        Artifacts artifacts = Artifacts.withLongTexts(parts);
        return List.of(
                direct("/ping", admin::ping, Docs.PING),
                direct("/version", admin::version, Docs.VERSION),
                get("/healthcheck", admin::health, Docs.HEALTH),
                get("/auth/token", tokens::issue, Docs.TOKEN),
                get("/flows", pages.or(flows::list, flows::pages), Docs.FLOWS.paged()),
                get("/flows/{flow_id}", flows::one, Docs.FLOW),
                post("/flows/{flow_id}", flows::create, Docs.NEW_FLOW),
                get("/flows/{flow_id}/runs", pages.or(runs::list, runPages::of), Docs.RUNS.paged(RunPages.FILTERS)),
                post("/flows/{flow_id}/run", runs::create, Docs.NEW_RUN),
                get(RUN, runs::one, Docs.RUN),
                signal(RUN + "/heartbeat", runs::heartbeat, Docs.RUN_HEARTBEAT),
                patch(RUN + "/tag/mutate", runs::mutateTags, Docs.TAG_CHANGE),
                get(RUN + "/metadata", pages.or(metadata::ofRun, metadata::pagesOfRun), Docs.METADATA_OF_RUN.paged()),
                get(
                        RUN + "/artifacts",
                        pages.or(artifacts::ofRun, artifacts::pagesOfRun),
                        Docs.ARTIFACTS_OF_RUN.paged()),
                get(RUN + "/steps", steps::list, Docs.STEPS),
                get(STEP, steps::one, Docs.STEP),
                post(STEP + "/step", steps::create, Docs.NEW_STEP),
                get(
                        STEP + "/artifacts",
                        pages.or(artifacts::ofStep, artifacts::pagesOfStep),
                        Docs.ARTIFACTS_OF_STEP.paged()),
                get(STEP + "/filtered_tasks", tasks::filtered, Docs.FILTERED_TASKS),
                get(STEP + "/tasks", pages.or(tasks::list, tasks::pages), Docs.TASKS.paged(Tasks.FILTERS)),
                post(STEP + "/task", tasks::create, Docs.NEW_TASK),
                get(TASK, tasks::one, Docs.TASK),
                signal(TASK + "/heartbeat", tasks::heartbeat, Docs.TASK_HEARTBEAT),
                get(
                        TASK + "/metadata",
                        pages.or(metadata::ofTask, metadata::pagesOfTask),
                        Docs.METADATA_OF_TASK.paged()),
                post(TASK + "/metadata", metadata::create, Docs.NEW_METADATA),
                get(
                        TASK + "/artifacts",
                        pages.or(artifacts::ofTask, artifacts::pagesOfTask),
                        Docs.ARTIFACTS_OF_TASK.paged()),
                post(TASK + "/artifact", artifacts::create, Docs.NEW_ARTIFACTS),
                get(TASK + "/artifacts/{artifact_name}", artifacts::one, Docs.ARTIFACT),
                get(
                        TASK + "/artifacts/{artifact_name}/attempt/{attempt_id}",
                        artifacts::oneOfAttempt,
                        Docs.ARTIFACT_OF_ATTEMPT),
                get(TASK + "/attempt/{attempt_id}/artifacts", artifacts::ofAttempt, Docs.ARTIFACTS_OF_ATTEMPT));
    }
}
