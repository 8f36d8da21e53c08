package metaservice.kit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the document of the API says of each endpoint. The shapes are named here and made by the version that runs, so
 * that the generations share what they have in common.
 */
public final class Docs {

    private static final String SERVICE = "service";
    private static final String FLOWS_TAG = "flows";
    private static final String RUNS_TAG = "runs";
    private static final String STEPS_TAG = "steps";
    private static final String TASKS_TAG = "tasks";
    private static final String METADATA_TAG = "metadata";
    private static final String ARTIFACTS_TAG = "artifacts";

    /** The groups, in the order in which readers see them, and what they hold. */
    static final Map<String, String> TAGS = tags();

    private static Map<String, String> tags() {
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put(FLOWS_TAG, "what users wrote");
        tags.put(RUNS_TAG, "its executions");
        tags.put(STEPS_TAG, "the parts of a run");
        tags.put(TASKS_TAG, "the executions of a step");
        tags.put(METADATA_TAG, "what a task says of itself");
        tags.put(ARTIFACTS_TAG, "what a task stored, and where");
        tags.put(SERVICE, "the service itself");
        return tags;
    }

    /** Why generations refuse a heartbeat that take none before ten seconds have passed. */
    public static final String UNKNOWN_OR_EARLY = "It is unknown, or said so less than ten seconds ago.";

    private static final String NO_RUN = "There is no such run.";
    private static final String NO_TASK = "There is no such task.";

    /** Whether the process answers. */
    public static final Doc PING =
            Doc.file(SERVICE, "Says pong; waits for nothing", "text/plain; charset=utf-8", "Pong");

    /** The service's version. */
    public static final Doc VERSION =
            Doc.file(SERVICE, "The version of the service", "text/plain; charset=utf-8", "Version");

    /** Whether the database answers. */
    public static final Doc HEALTH = Doc.one(SERVICE, "Whether the database answers", "Health");

    /** Temporary credentials. */
    public static final Doc TOKEN = Doc.one(
                    SERVICE, "Temporary AWS credentials of the role that the operator chose", "Token")
            .refuses(501, "No role is configured.");

    static final Doc PAGE = Doc.file(SERVICE, "This page", "text/html; charset=utf-8", "Page");
    static final Doc PAGE_FILE =
            Doc.file(SERVICE, "A file of this page", "*/*", "File").refuses(404, "The page has no such file.");
    static final Doc DOCUMENT = Doc.one(SERVICE, "This document", "Document");

    /** All flows. */
    public static final Doc FLOWS = Doc.list(FLOWS_TAG, "All flows", "Flow");

    /** One flow. */
    public static final Doc FLOW = Doc.one(FLOWS_TAG, "One flow", "Flow").refuses(404, "There is no such flow.");

    /** A new flow. */
    public static final Doc NEW_FLOW =
            Doc.one(FLOWS_TAG, "Registers a flow", "Flow").takes("NewFlow").refuses(409, "The flow is there already.");

    /** The runs of a flow. */
    public static final Doc RUNS = Doc.list(RUNS_TAG, "The runs of a flow", "Run");

    /** One run. */
    public static final Doc RUN = Doc.one(RUNS_TAG, "One run", "Run").refuses(404, NO_RUN);

    /** A new run. */
    public static final Doc NEW_RUN = Doc.one(RUNS_TAG, "Starts a run", "Run")
            .takes("NewRun")
            .refuses(404, "There is no such flow.")
            .refuses(409, "The name is taken.");

    /** A run is alive. */
    public static final Doc RUN_HEARTBEAT =
            Doc.one(RUNS_TAG, "Says that a run is alive", "Heartbeat").refuses(404, "The run is unknown.");

    /** New tags of a run. */
    public static final Doc TAG_CHANGE = Doc.one(
                    RUNS_TAG, "Changes the tags of a run: removals first, then additions", "Tags")
            .takes("TagChange")
            .refuses(404, NO_RUN)
            .refuses(409, "Somebody else changed the tags at the same time; to be sent again.")
            .refuses(422, "A system tag was to be removed; nothing was changed.");

    /** The steps of a run. */
    public static final Doc STEPS = Doc.list(STEPS_TAG, "The steps of a run", "Step");

    /** One step. */
    public static final Doc STEP = Doc.one(STEPS_TAG, "One step", "Step").refuses(404, "There is no such step.");

    /** A new step. */
    public static final Doc NEW_STEP = Doc.one(STEPS_TAG, "Registers a step", "Step")
            .takes("NewStep")
            .refuses(404, NO_RUN)
            .refuses(409, "The step is there already.");

    /** The tasks of a step. */
    public static final Doc TASKS = Doc.list(TASKS_TAG, "The tasks of a step", "Task");

    /** Tasks with some metadata. */
    public static final Doc FILTERED_TASKS = Doc.list(
                    TASKS_TAG, "The paths of the tasks of a step that have some metadata", "TaskPath")
            .query("metadata_field_name", "string", "the metadata field that has to be there")
            .query("pattern", "string", "a POSIX pattern that the value has to match");

    /** One task. */
    public static final Doc TASK = Doc.one(TASKS_TAG, "One task", "Task").refuses(404, NO_TASK);

    /** A new task. */
    public static final Doc NEW_TASK = Doc.one(TASKS_TAG, "Registers a task", "Task")
            .takes("NewTask")
            .refuses(404, "There is no such run or step.")
            .refuses(409, "The name is taken.");

    /** A task is alive. */
    public static final Doc TASK_HEARTBEAT = Doc.one(
                    TASKS_TAG, "Says that a task is alive, and its run with it", "Heartbeat")
            .refuses(404, "The task is unknown.");

    /** Metadata of a run. */
    public static final Doc METADATA_OF_RUN = Doc.list(METADATA_TAG, "All metadata of a run", "Metadata");

    /** Metadata of a task. */
    public static final Doc METADATA_OF_TASK = Doc.list(METADATA_TAG, "All metadata of a task", "Metadata");

    /** New metadata. */
    public static final Doc NEW_METADATA = Doc.one(
                    METADATA_TAG,
                    "Stores metadata of a task; an element that cannot be stored is left out of the count",
                    "MetadataCreated")
            .takesList("NewMetadata");

    /** Artifacts of a run. */
    public static final Doc ARTIFACTS_OF_RUN =
            Doc.list(ARTIFACTS_TAG, "The artifacts of a run, of the latest attempts", "Artifact");

    /** Artifacts of a step. */
    public static final Doc ARTIFACTS_OF_STEP =
            Doc.list(ARTIFACTS_TAG, "The artifacts of a step, of the latest attempts", "Artifact");

    /** Artifacts of a task. */
    public static final Doc ARTIFACTS_OF_TASK =
            Doc.list(ARTIFACTS_TAG, "The artifacts of a task, of its latest attempt", "Artifact");

    /** Artifacts of one attempt. */
    public static final Doc ARTIFACTS_OF_ATTEMPT =
            Doc.list(ARTIFACTS_TAG, "The artifacts of one attempt of a task", "Artifact");

    /** One artifact. */
    public static final Doc ARTIFACT = Doc.one(ARTIFACTS_TAG, "One artifact, of the latest attempt", "Artifact")
            .refuses(404, "There is no such artifact.");

    /** One artifact of one attempt. */
    public static final Doc ARTIFACT_OF_ATTEMPT = Doc.one(ARTIFACTS_TAG, "One artifact of one attempt", "Artifact")
            .refuses(404, "There is no such artifact.");

    /** New artifacts. */
    public static final Doc NEW_ARTIFACTS = Doc.one(
                    ARTIFACTS_TAG,
                    "Stores artifacts of a task; an element that cannot be stored is left out of the count",
                    "ArtifactsCreated")
            .takesList("NewArtifact");

    private static final List<Shape> SHAPES = List.of(
            Shape.text("Pong", "pong"),
            Shape.text("Version", "three numbers with dots between them"),
            Shape.text("Health", "JSON inside a text: an object that holds status, UP or DOWN"),
            Shape.text("Heartbeat", "JSON inside a text: an object that holds wait_time_in_seconds"),
            Shape.texts("Token", "aws_access_key_id", "aws_secret_access_key", "aws_session_token"),
            Shape.text("Page", "HTML"),
            Shape.text("File", "of the type that fits it"),
            Shape.open("Document", "an OpenAPI document"),
            Shape.lists("TagChange", "tags_to_add", "tags_to_remove"),
            Shape.lists("Tags", "tags"),
            Shape.text("TaskPath", "flow/run/step/task"));

    private Docs() {}

    /** The shapes that generations of the same dialect have in common. */
    static List<Shape> shapes(Dialect dialect) {
        boolean told = dialect.leftOut() == Dialect.LeftOut.TOLD;
        return Stream.concat(
                        SHAPES.stream(),
                        Stream.of(
                                Shape.count("MetadataCreated", Metadata.KIND.countedAs(), told),
                                Shape.count("ArtifactsCreated", Artifacts.KIND.countedAs(), told)))
                .toList();
    }
}
