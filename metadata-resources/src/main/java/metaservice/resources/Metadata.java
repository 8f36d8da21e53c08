package metaservice.kit;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Metadata of the generations that know names. It shows its own tags. */
public final class Metadata {

    private static final Columns COLUMNS = Columns.of(
            Column.number("id").from("m.id"),
            Column.text("flow_id").from("m.flow_id"),
            new Column("run_number", Ids.RUN.formatted("m"), Column.Kind.ID),
            Column.text("step_name").from("m.step_name"),
            new Column("task_id", Ids.TASK.formatted("m"), Column.Kind.ID),
            Column.text("field_name").from("m.field_name"),
            Column.text("value").from("m.value"),
            Column.text("type").from("m.type"),
            Column.text("user_name").from("m.user_name"),
            Column.number("ts_epoch").from("m.ts_epoch"),
            Column.json("tags").from("m.tags"),
            Column.json("system_tags").from("m.system_tags"));

    /** What clients store. */
    public static final TaskBatch.Kind KIND = new TaskBatch.Kind(
            List.of(
                    Field.text("field_name").orElse(" ").required(),
                    Field.text("value").orElse(" ").required().unlimited(),
                    Field.text("type").orElse(" ").required(),
                    Field.text("user_name"),
                    Field.json("tags"),
                    Field.json("system_tags")),
            "metadata_created",
            List.of(),
            true);

    /** The same where the type is of any length: from schema 20261120000000 on. */
    private static final TaskBatch.Kind LONG_TEXTS = KIND.withUnlimited("type");

    /** What the document of the API calls them. */
    public static final List<Shape> SHAPES = shapes(KIND);

    /** The same with long texts. */
    public static final List<Shape> LONG_SHAPES = shapes(LONG_TEXTS);

    private final EndpointContext parts;
    private final TaskBatch batch;
    private final String select;

    /** Metadata whose type has at most 255 characters. */
    public Metadata(EndpointContext parts) {
        this(parts, new TaskBatch(parts, parts.tables().metadata(), KIND, Ids.TASK_COLUMNS));
    }

    /** Metadata whose type is as long as the schema allows: any length, or 255 characters on an older one. */
    public static Metadata withLongTexts(EndpointContext parts) {
        return new Metadata(
                parts,
                new TaskBatch(parts, parts.tables().metadata(), LONG_TEXTS, Optional.of(KIND), Ids.TASK_COLUMNS));
    }

    private Metadata(EndpointContext parts, TaskBatch batch) {
        this.parts = parts;
        this.batch = batch;
        this.select = "SELECT " + COLUMNS.select() + " FROM " + parts.tables().metadata() + " m WHERE";
    }

    /** Everything of a run, newest first. */
    public Answer ofRun(Request request) {
        return list(Ids.run(request, "m"));
    }

    /** Everything of a task, newest first. */
    public Answer ofTask(Request request) {
        return list(Ids.task(request, "m"));
    }

    private Answer list(Sql rows) {
        return parts.list(COLUMNS, Sql.of(select).and(rows).and("ORDER BY m.id DESC"));
    }

    /** Everything of a run, page by page. */
    public Paged pagesOfRun(Request request) {
        return pages(Ids.run(request, "m"));
    }

    /** Everything of a task, page by page. */
    public Paged pagesOfTask(Request request) {
        return pages(Ids.task(request, "m"));
    }

    private Paged pages(Sql rows) {
        return new Paged(
                COLUMNS,
                Sql.of("FROM " + parts.tables().metadata() + " m WHERE").and(rows),
                List.of(Paged.Order.number("ts_epoch", "m.ts_epoch"), Paged.Order.number("id", "m.id")),
                Filters.NONE);
    }

    /** Stores metadata of a task; the same field may be stored again and again. */
    public Answer create(Request request) throws SQLException {
        return batch.create(request, parts.task(request), Ids.UNKNOWN_TASK);
    }

    private static List<Shape> shapes(TaskBatch.Kind kind) {
        return List.of(Shape.row("Metadata", COLUMNS, kind.fields()), Shape.body("NewMetadata", kind.fields()));
    }
}
