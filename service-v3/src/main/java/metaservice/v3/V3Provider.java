package metaservice.v3;

import static metaservice.kit.Route.direct;
import static metaservice.kit.Route.get;
import static metaservice.kit.Route.patch;
import static metaservice.kit.Route.post;
import static metaservice.kit.Route.signal;
import static metaservice.resources.Paths.RUN;
import static metaservice.resources.Paths.STEP;
import static metaservice.resources.Paths.TASK;

import java.time.Duration;
import java.util.List;
import metaservice.kit.Admin;
import metaservice.kit.Answer;
import metaservice.kit.Api;
import metaservice.kit.Dialect;
import metaservice.kit.EndpointContext;
import metaservice.kit.Failures;
import metaservice.kit.HttpService;
import metaservice.kit.Route;
import metaservice.kit.Tokens;
import metaservice.resources.Artifacts;
import metaservice.resources.BatchSpec;
import metaservice.resources.EarlyHeartbeat;
import metaservice.resources.Flows;
import metaservice.resources.LeftOut;
import metaservice.resources.Metadata;
import metaservice.resources.Runs;
import metaservice.resources.Steps;
import metaservice.resources.Tasks;
import metaservice.spi.RunningService;
import metaservice.spi.ServiceContext;
import metaservice.spi.ServiceProvider;
import metaservice.spi.ServiceStartException;
import metaservice.spi.TokenIssuer;

/** Starts metadata service 3.x; its table of routes is the whole API. */
public final class V3Provider implements ServiceProvider {

    static final Dialect DIALECT = new Dialect(Failures.STRUCTURED, Answer.emptyObject(404), Dialect.EmptyList.ARRAY);

    static final EarlyHeartbeat EARLY_HEARTBEAT = EarlyHeartbeat.FINE;
    static final LeftOut LEFT_OUT = LeftOut.TOLD;

    /** For the launcher. */
    public V3Provider() {}

    @Override
    public RunningService start(ServiceContext context) throws ServiceStartException {
        return HttpService.start(
                context,
                DIALECT,
                Api.of(V3Provider.class),
                parts -> routes(
                        parts,
                        context.serviceVersion(),
                        context.tokens(),
                        context.settings().inactiveCutoff()));
    }

    static List<Route> routes(
            EndpointContext parts, String serviceVersion, TokenIssuer tokenIssuer, Duration inactiveCutoff) {
        Admin admin = new Admin(parts.database(), serviceVersion);
        Tokens tokens = new Tokens(tokenIssuer);
        Pages pages = new Pages(parts);
        Flows flows = new Flows(parts);
        FlowPages flowPages = new FlowPages(parts);
        Runs runs = new Runs(parts, RunPages.WITH_USER, EARLY_HEARTBEAT);
        RunPages runPages = new RunPages(parts, inactiveCutoff);
        Steps steps = new Steps(parts);
        Tasks tasks = new Tasks(parts, EARLY_HEARTBEAT);
        TaskPages taskPages = new TaskPages(parts);
        Metadata metadata = new Metadata(parts, LongTexts.METADATA, LEFT_OUT);
        Metadata shortMetadata = new Metadata(parts, BatchSpec.METADATA, LEFT_OUT);
        MetadataPages metadataPages = new MetadataPages(parts);
        Artifacts artifacts = new Artifacts(parts, LongTexts.ARTIFACTS, LEFT_OUT);
        Artifacts shortArtifacts = new Artifacts(parts, BatchSpec.ARTIFACTS, LEFT_OUT);
        ArtifactPages artifactPages = new ArtifactPages(parts);
        return List.of(
                direct("/ping", admin::ping),
                direct("/version", admin::version),
                get("/healthcheck", admin::health),
                get("/auth/token", tokens::issue),
                get("/flows", pages.or(flows::list, flowPages::all)),
                get("/flows/{flow_id}", flows::one),
                post("/flows/{flow_id}", flows::create),
                get("/flows/{flow_id}/runs", pages.or(runs::list, RunPages.FILTERS, runPages::of)),
                post("/flows/{flow_id}/run", runs::create),
                get(RUN, runs::one),
                signal(RUN + "/heartbeat", runs::heartbeat),
                patch(RUN + "/tag/mutate", runs::mutateTags),
                get(RUN + "/metadata", pages.or(metadata::ofRun, metadataPages::ofRun)),
                get(RUN + "/artifacts", pages.or(artifacts::ofRun, artifactPages::ofRun)),
                get(RUN + "/steps", steps::list),
                get(STEP, steps::one),
                post(STEP + "/step", steps::create),
                get(STEP + "/artifacts", pages.or(artifacts::ofStep, artifactPages::ofStep)),
                get(STEP + "/filtered_tasks", tasks::filtered),
                get(STEP + "/tasks", pages.or(tasks::list, TaskPages.FILTERS, taskPages::ofStep)),
                post(STEP + "/task", tasks::create),
                get(TASK, tasks::one),
                signal(TASK + "/heartbeat", tasks::heartbeat),
                get(TASK + "/metadata", pages.or(metadata::ofTask, metadataPages::ofTask)),
                post(TASK + "/metadata", LongTexts.orShort(metadata::create, shortMetadata::create)),
                get(TASK + "/artifacts", pages.or(artifacts::ofTask, artifactPages::ofTask)),
                post(TASK + "/artifact", LongTexts.orShort(artifacts::create, shortArtifacts::create)),
                get(TASK + "/artifacts/{artifact_name}", artifacts::one),
                get(TASK + "/artifacts/{artifact_name}/attempt/{attempt_id}", artifacts::oneOfAttempt),
                get(TASK + "/attempt/{attempt_id}/artifacts", artifacts::ofAttempt));
    }
}
