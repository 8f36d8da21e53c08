package metaservice.resources.document;

import java.util.List;
import java.util.stream.Stream;
import metaservice.kit.Columns;
import metaservice.kit.Field;
import metaservice.kit.document.Shape;
import metaservice.resources.BatchSpec;
import metaservice.resources.Flows;
import metaservice.resources.Labels;
import metaservice.resources.RejectedRows;

/** The JSON schemas to which {@link Docs} refers. */
public final class Shapes {

    private Shapes() {}

    /**
     * The shapes that are the same in every version.
     *
     * @param rejectedRows whether answers to batches list the rows that are not stored
     */
    public static List<Shape> common(RejectedRows rejectedRows) {
        boolean reportsRejected = rejectedRows == RejectedRows.REPORTED;
        return List.of(
                Shape.row("Flow", Flows.COLUMNS, Labels.FIELDS),
                Shape.body("NewFlow", Labels.FIELDS),
                Shape.text("Heartbeat", "JSON inside a text: an object with the member wait_time_in_seconds"),
                Shape.lists("TagChange", "tags_to_add", "tags_to_remove"),
                Shape.lists("Tags", "tags"),
                Shape.text("TaskPath", "flow/run/step/task"),
                Shape.count("MetadataCreated", BatchSpec.METADATA.countedAs(), reportsRejected),
                Shape.count("ArtifactsCreated", BatchSpec.ARTIFACTS.countedAs(), reportsRejected));
    }

    /** Runs with a number only. */
    public static List<Shape> runs(Columns columns) {
        return List.of(Shape.row("Run", columns, Labels.FIELDS), Shape.body("NewRun", Labels.FIELDS));
    }

    /** Runs that may have a name, and no heartbeat at first. */
    public static List<Shape> namedRuns(Columns columns) {
        return List.of(
                Shape.row("Run", columns, Labels.FIELDS).orNull("last_heartbeat_ts"),
                Shape.body("NewRun", withName("run_number")));
    }

    /** Steps and the body that registers one. */
    public static List<Shape> steps(Columns columns) {
        return List.of(Shape.row("Step", columns, Labels.FIELDS), Shape.body("NewStep", Labels.FIELDS));
    }

    /** Tasks with a number only. */
    public static List<Shape> tasks(Columns columns) {
        return List.of(Shape.row("Task", columns, Labels.FIELDS), Shape.body("NewTask", Labels.FIELDS));
    }

    /** Tasks that may have a name, and no heartbeat at first. */
    public static List<Shape> namedTasks(Columns columns) {
        return List.of(
                Shape.row("Task", columns, Labels.FIELDS).orNull("last_heartbeat_ts"),
                Shape.body("NewTask", withName("task_id")));
    }

    private static List<Field> withName(String member) {
        return Stream.concat(Stream.of(Field.text(member)), Labels.FIELDS.stream())
                .toList();
    }

    /** Metadata and the elements of the body that stores them. */
    public static List<Shape> metadata(Columns columns, BatchSpec spec) {
        return List.of(Shape.row("Metadata", columns, spec.fields()), Shape.body("NewMetadata", spec.fields()));
    }

    /** Artifacts and the elements of the body that stores them. */
    public static List<Shape> artifacts(Columns columns, BatchSpec spec) {
        return List.of(Shape.row("Artifact", columns, spec.fields()), Shape.body("NewArtifact", spec.fields()));
    }

    /** Concatenates lists of shapes. */
    public static List<Shape> all(List<List<Shape>> lists) {
        return lists.stream().flatMap(List::stream).toList();
    }
}
