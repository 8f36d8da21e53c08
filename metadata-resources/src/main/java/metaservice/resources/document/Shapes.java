package metaservice.resources.document;

import java.util.List;
import java.util.stream.Stream;
import metaservice.kit.Columns;
import metaservice.kit.Field;
import metaservice.kit.document.Shape;
import metaservice.resources.BatchSpec;
import metaservice.resources.Flows;
import metaservice.resources.Labels;
import metaservice.resources.LeftOut;

/** The JSON values of which {@link Docs} speaks. */
public final class Shapes {

    private Shapes() {}

    /**
     * Flows, and what looks the same in every version that has it.
     *
     * @param leftOut what clients learn of the rows of a batch that are not stored
     */
    public static List<Shape> common(LeftOut leftOut) {
        boolean told = leftOut == LeftOut.TOLD;
        return List.of(
                Shape.row("Flow", Flows.COLUMNS, Labels.FIELDS),
                Shape.body("NewFlow", Labels.FIELDS),
                Shape.text("Heartbeat", "JSON inside a text: an object that holds wait_time_in_seconds"),
                Shape.lists("TagChange", "tags_to_add", "tags_to_remove"),
                Shape.lists("Tags", "tags"),
                Shape.text("TaskPath", "flow/run/step/task"),
                Shape.count("MetadataCreated", BatchSpec.METADATA.countedAs(), told),
                Shape.count("ArtifactsCreated", BatchSpec.ARTIFACTS.countedAs(), told));
    }

    /** Runs that have nothing but a number. */
    public static List<Shape> runs(Columns columns) {
        return List.of(Shape.row("Run", columns, Labels.FIELDS), Shape.body("NewRun", Labels.FIELDS));
    }

    /** Runs that begin without a heartbeat, and may be given a name. */
    public static List<Shape> namedRuns(Columns columns) {
        return List.of(
                Shape.row("Run", columns, Labels.FIELDS).orNull("last_heartbeat_ts"),
                Shape.body("NewRun", withName("run_number")));
    }

    /** Steps. */
    public static List<Shape> steps(Columns columns) {
        return List.of(Shape.row("Step", columns, Labels.FIELDS), Shape.body("NewStep", Labels.FIELDS));
    }

    /** Tasks that have nothing but a number. */
    public static List<Shape> tasks(Columns columns) {
        return List.of(Shape.row("Task", columns, Labels.FIELDS), Shape.body("NewTask", Labels.FIELDS));
    }

    /** Tasks that begin without a heartbeat, and may be given a name. */
    public static List<Shape> namedTasks(Columns columns) {
        return List.of(
                Shape.row("Task", columns, Labels.FIELDS).orNull("last_heartbeat_ts"),
                Shape.body("NewTask", withName("task_id")));
    }

    private static List<Field> withName(String member) {
        return Stream.concat(Stream.of(Field.text(member)), Labels.FIELDS.stream())
                .toList();
    }

    /** Metadata. */
    public static List<Shape> metadata(Columns columns, BatchSpec spec) {
        return List.of(Shape.row("Metadata", columns, spec.fields()), Shape.body("NewMetadata", spec.fields()));
    }

    /** Artifacts. */
    public static List<Shape> artifacts(Columns columns, BatchSpec spec) {
        return List.of(Shape.row("Artifact", columns, spec.fields()), Shape.body("NewArtifact", spec.fields()));
    }

    /** All of them. */
    public static List<Shape> all(List<List<Shape>> parts) {
        return parts.stream().flatMap(List::stream).toList();
    }
}
