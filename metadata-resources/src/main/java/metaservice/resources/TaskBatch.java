package metaservice.resources;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import metaservice.kit.Answer;
import metaservice.kit.Batch;
import metaservice.kit.EndpointContext;
import metaservice.kit.Json;
import metaservice.kit.Request;
import metaservice.kit.Sql;

/**
 * Stores what tasks produce: many rows, one statement, one round trip. Rows that are there already are left out, as
 * are rows with a bad field; those use up a serial number all the same, as in the reference. Thread-safe.
 */
public final class TaskBatch {

    private static final String INVALID_PARAMETER = "22023";
    private static final String TOO_LONG =
            "is too long for the notification that a trigger of the database sends of it";

    /**
     * The sequence behind a column {@code id}: the column's own, or else the one that its default takes numbers from, for
     * a table that was made like another one. Found once in a statement.
     */
    private static final String SEQUENCE = """
            (SELECT coalesce(pg_get_serial_sequence('%1$s', 'id')::regclass, (
              SELECT d.refobjid::regclass FROM pg_attrdef def
              JOIN pg_attribute a ON a.attrelid = def.adrelid AND a.attnum = def.adnum
              JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = def.oid
              JOIN pg_class s ON s.oid = d.refobjid AND s.relkind = 'S'
              WHERE d.refclassid = 'pg_class'::regclass AND def.adrelid = '%1$s'::regclass AND a.attname = 'id')))""";

    private final EndpointContext parts;
    private final String table;
    private final BatchSpec spec;
    private final List<String> ownerColumns;
    private final LeftOut leftOut;

    /**
     * Batches for a table.
     *
     * @param ownerColumns the columns that tell the task, in the table and in what {@link #create} is told of the owner
     */
    public TaskBatch(EndpointContext parts, String table, BatchSpec spec, List<String> ownerColumns, LeftOut leftOut) {
        this.parts = parts;
        this.table = table;
        this.spec = spec;
        this.ownerColumns = ownerColumns;
        this.leftOut = leftOut;
    }

    /**
     * Rows that were stored.
     *
     * @param count how many
     * @param keys their keys; none if the client is not told which rows are left out
     */
    private record Stored(int count, List<List<String>> keys) {

        static Stored sum(List<Stored> parts) {
            return new Stored(
                    parts.stream().mapToInt(Stored::count).sum(),
                    parts.stream().flatMap(part -> part.keys.stream()).toList());
        }
    }

    /**
     * Stores the rows in the body.
     *
     * @param owner selects the task's columns; no row means that there is no such task
     * @param withoutOwner the answer then
     */
    public Answer create(Request request, Sql owner, Answer withoutOwner) throws SQLException {
        return create(Batch.read(request.json(), spec.fields()), owner, withoutOwner);
    }

    private Answer create(Batch batch, Sql owner, Answer withoutOwner) throws SQLException {
        try {
            return create(batch, store(owner, batch), withoutOwner);
        } catch (SQLException e) {
            if (!isTooLongForTrigger(e)) {
                throw e;
            }
            return createOneByOne(batch, owner, withoutOwner);
        }
    }

    /** What a trigger says that has to notify of a row and finds its text too long. */
    private static boolean isTooLongForTrigger(SQLException e) {
        return INVALID_PARAMETER.equals(e.getSQLState());
    }

    /** As many round trips as rows; only rows that a trigger cannot tell of are left out. */
    private Answer createOneByOne(Batch batch, Sql owner, Answer withoutOwner) throws SQLException {
        List<Stored> stored = new ArrayList<>();
        List<Integer> tooLong = new ArrayList<>();
        for (int i = 0; i < batch.rows().size(); i++) {
            try {
                store(owner, batch.only(i)).ifPresent(stored::add);
            } catch (SQLException e) {
                if (!isTooLongForTrigger(e)) {
                    throw e;
                }
                tooLong.add(i);
            }
        }
        return create(batch.without(tooLong, TOO_LONG), Optional.of(Stored.sum(stored)), withoutOwner);
    }

    private Answer create(Batch batch, Optional<Stored> stored, Answer withoutOwner) {
        if (batch.brokenAt().isPresent()) {
            throw batch.brokenAt().get();
        }
        return stored.map(rows -> answer(rows.count(), leftOut(batch, rows.keys())))
                .orElse(withoutOwner);
    }

    /** The answer that says how many rows were stored. */
    public Answer count(int stored) {
        return answer(stored, List.of());
    }

    private Answer answer(int stored, List<Batch.Rejected> rejected) {
        return Answer.json(200, json -> {
            json.writeStartObject();
            json.writeNumberField(spec.countedAs(), stored);
            if (!rejected.isEmpty()) {
                json.writeArrayFieldStart("rejected");
                for (Batch.Rejected row : rejected) {
                    json.writeStartObject();
                    json.writeNumberField("index", row.index());
                    json.writeStringField("field", row.field());
                    json.writeStringField("reason", row.reason());
                    json.writeEndObject();
                }
                json.writeEndArray();
            }
            json.writeEndObject();
        });
    }

    /** Rows with a bad field, and rows whose key was there already, in their order; none if the client is not told. */
    private List<Batch.Rejected> leftOut(Batch batch, List<List<String>> stored) {
        if (leftOut == LeftOut.SILENTLY) {
            return List.of();
        }
        List<Batch.Rejected> rejected = new ArrayList<>(batch.rejected());
        List<String> keyFields = spec.keyFields();
        Set<List<String>> unmet = new HashSet<>(stored);
        for (int i = 0; i < batch.rows().size() && !keyFields.isEmpty(); i++) {
            if (batch.rows().get(i).isPresent() && !unmet.remove(batch.key(i, keyFields))) {
                rejected.add(new Batch.Rejected(i, keyFields.get(0), "is stored already, and stays as it is"));
            }
        }
        rejected.sort(Comparator.comparing(Batch.Rejected::index));
        return rejected;
    }

    /** What was stored; empty if there is no such task. */
    private Optional<Stored> store(Sql owner, Batch batch) throws SQLException {
        boolean told = leftOut == LeftOut.TOLD;
        String key =
                spec.keyFields().stream().map(field -> '"' + field + "\"::text").collect(Collectors.joining(", "));
        // In one order for everybody: of two batches that meet in different orders, one would end as a deadlock.
        String order = Stream.concat(Stream.of(spec.fields().get(0).name()), spec.keyFields().stream())
                .distinct()
                .map(field -> "numbered.\"" + field + "\", ")
                .collect(Collectors.joining());
        String own = ownerColumns.stream().map(column -> "owner." + column).collect(Collectors.joining(", "));
        String number = spec.isNumbered() ? "id, " : "";
        String numbers = spec.isNumbered() ? ", nextval(" + SEQUENCE.formatted(table) + ") AS id" : "";
        Sql sql = Sql.of("WITH owner AS (")
                .and(owner)
                .and("), numbered AS (SELECT batch.*" + numbers + " FROM")
                .and(batch.source())
                .and("ORDER BY n), added AS (INSERT INTO " + table + " (" + number + String.join(", ", ownerColumns)
                        + ", ts_epoch, " + batch.names() + ") SELECT " + number + own + ",")
                .and("?::bigint, " + batch.values("numbered") + " FROM owner, numbered WHERE good", parts.millis())
                .and("ORDER BY " + order + "n ON CONFLICT DO NOTHING RETURNING "
                        + (told ? "ARRAY[" + key + "]::text[]" : "1") + " AS stored)")
                .and("SELECT (SELECT " + (told ? "jsonb_agg(stored)" : "count(*)") + " FROM added) FROM owner");
        return parts.database().first(sql, this::stored);
    }

    /** Only a client that is told needs the keys. */
    private Stored stored(ResultSet row) throws SQLException {
        if (leftOut == LeftOut.SILENTLY) {
            return new Stored(row.getInt(1), List.of());
        }
        List<List<String>> keys = keys(row.getString(1));
        return new Stored(keys.size(), keys);
    }

    private static List<List<String>> keys(String json) {
        List<List<String>> keys = new ArrayList<>();
        if (json != null) {
            for (JsonNode key : Json.parse(json.getBytes(StandardCharsets.UTF_8))) {
                List<String> texts = new ArrayList<>();
                key.forEach(text -> texts.add(text.textValue()));
                keys.add(texts);
            }
        }
        return keys;
    }
}
