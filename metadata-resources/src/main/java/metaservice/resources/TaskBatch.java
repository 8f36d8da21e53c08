package metaservice.resources;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import metaservice.kit.Answer;
import metaservice.kit.Batch;
import metaservice.kit.ClientError;
import metaservice.kit.EndpointContext;
import metaservice.kit.Json;
import metaservice.kit.Outcome;
import metaservice.kit.Request;
import metaservice.kit.Result;
import metaservice.kit.Sql;
import metaservice.kit.Values;

/**
 * Stores metadata or artifacts of a task: many rows with one statement and one round trip. Rows that exist already and rows
 * with an invalid field are not stored. A row with an invalid field still uses a serial number, as in the reference.
 * Thread-safe.
 */
public final class TaskBatch {

    /** SQLSTATE of {@code pg_notify()} for a payload that is too long. */
    private static final String INVALID_PARAMETER = "22023";

    private static final String TOO_LONG =
            "is too long for the notification that a trigger of the database sends of it";

    /**
     * SQL expression for the sequence of the column {@code id}: the sequence that the column owns, or the sequence of its
     * default if the table was created with {@code LIKE}. PostgreSQL evaluates it once per statement.
     */
    private static final String SEQUENCE = """
            (SELECT coalesce(pg_get_serial_sequence('%1$s', 'id')::regclass, (
              SELECT d.refobjid::regclass FROM pg_attrdef def
              JOIN pg_attribute a ON a.attrelid = def.adrelid AND a.attnum = def.adnum
              JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = def.oid
              JOIN pg_class s ON s.oid = d.refobjid AND s.relkind = 'S'
              WHERE d.refclassid = 'pg_class'::regclass AND def.adrelid = '%1$s'::regclass AND a.attname = 'id')))""";

    /** With more rejected rows the answer may be long. */
    private static final int MANY = 20;

    private final EndpointContext context;
    private final String table;
    private final BatchSpec spec;
    private final List<String> ownerColumns;
    private final RejectedRows rejectedRows;

    /**
     * Batches for a table.
     *
     * @param spec the fields of a row
     * @param ownerColumns the columns that identify the task, in the table and in the owner query of {@link #create}
     * @param rejectedRows whether answers list the rows that are not stored
     */
    public TaskBatch(
            EndpointContext context,
            String table,
            BatchSpec spec,
            List<String> ownerColumns,
            RejectedRows rejectedRows) {
        this.context = context;
        this.table = table;
        this.spec = spec;
        this.ownerColumns = ownerColumns;
        this.rejectedRows = rejectedRows;
    }

    /**
     * The rows that were stored.
     *
     * @param count their number
     * @param keys their keys; empty if rejected rows are not reported
     */
    private record Stored(int count, List<List<String>> keys) {

        static Stored sum(List<Stored> all) {
            return new Stored(
                    all.stream().mapToInt(Stored::count).sum(),
                    all.stream().flatMap(one -> one.keys.stream()).toList());
        }
    }

    /**
     * Stores the rows of the body.
     *
     * @param owner a query for {@code ownerColumns} of the task; it returns no row if the task does not exist
     * @param withoutOwner the answer if the task does not exist
     */
    public Outcome create(Request request, Sql owner, Answer withoutOwner) {
        Batch batch = Batch.read(request.json(), spec.fields());
        return context.changed(
                        store(owner, batch),
                        request.pathKey(),
                        row -> answer(batch, stored(row)),
                        batch.brokenAt().map(ClientError::answer).orElse(withoutOwner))
                .recover(e -> {
                    if (!isTooLongForTrigger(e)) {
                        throw e;
                    }
                    return createOneByOne(batch, owner);
                });
    }

    /** Whether a trigger could not send its notification because the row's text is too long. */
    private static boolean isTooLongForTrigger(SQLException e) {
        return INVALID_PARAMETER.equals(e.getSQLState());
    }

    /** Stores each row with a statement of its own, and rejects only the rows whose notification is too long. */
    private Answer createOneByOne(Batch batch, Sql owner) throws SQLException {
        List<Stored> stored = new ArrayList<>();
        List<Integer> tooLong = new ArrayList<>();
        for (int i = 0; i < batch.rows().size(); i++) {
            try {
                context.database()
                        .write(store(owner, batch.only(i)), Result::first)
                        .map(this::stored)
                        .ifPresent(stored::add);
            } catch (SQLException e) {
                if (!isTooLongForTrigger(e)) {
                    throw e;
                }
                tooLong.add(i);
            }
        }
        return answer(batch.without(tooLong, TOO_LONG), Stored.sum(stored));
    }

    private Answer answer(Batch batch, Stored stored) {
        return batch.brokenAt()
                .map(ClientError::answer)
                .orElseGet(() -> answer(stored.count(), rejectedRows(batch, stored.keys())));
    }

    /** The answer with the number of stored rows. */
    public Answer count(int stored) {
        return answer(stored, List.of());
    }

    private Answer answer(int stored, List<Batch.Rejected> rejected) {
        Answer.Body body = json -> {
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
        };
        return rejected.size() > MANY ? Answer.json(200, body) : Answer.shortJson(200, body);
    }

    /** Rows with an invalid field and rows whose key exists already, in their order; empty if they are not reported. */
    private List<Batch.Rejected> rejectedRows(Batch batch, List<List<String>> stored) {
        if (rejectedRows == RejectedRows.NOT_REPORTED) {
            return List.of();
        }
        List<Batch.Rejected> rejected = new ArrayList<>(batch.rejected());
        List<String> keyFields = spec.keyFields();
        Set<List<String>> storedKeys = new HashSet<>(stored);
        for (int i = 0; i < batch.rows().size() && !keyFields.isEmpty(); i++) {
            if (batch.rows().get(i).isPresent() && !storedKeys.remove(batch.key(i, keyFields))) {
                rejected.add(new Batch.Rejected(i, keyFields.get(0), "is stored already, and stays as it is"));
            }
        }
        rejected.sort(Comparator.comparing(Batch.Rejected::index));
        return rejected;
    }

    /** Stores the rows; returns no row if the task does not exist. */
    private Sql store(Sql owner, Batch batch) {
        boolean needsKeys = rejectedRows == RejectedRows.REPORTED;
        String key =
                spec.keyFields().stream().map(field -> '"' + field + "\"::text").collect(Collectors.joining(", "));
        // All batches insert in the same order, because two batches with different orders could deadlock.
        String order = Stream.concat(Stream.of(spec.fields().get(0).name()), spec.keyFields().stream())
                .distinct()
                .map(field -> "numbered.\"" + field + "\", ")
                .collect(Collectors.joining());
        String own = ownerColumns.stream().map(column -> "owner." + column).collect(Collectors.joining(", "));
        String number = spec.isNumbered() ? "id, " : "";
        String numbers = spec.isNumbered() ? ", nextval(" + SEQUENCE.formatted(table) + ") AS id" : "";
        return Sql.of("WITH owner AS (")
                .and(owner)
                .and("), numbered AS (SELECT batch.*" + numbers + " FROM")
                .and(batch.source())
                .and("ORDER BY n), added AS (INSERT INTO " + table + " (" + number + String.join(", ", ownerColumns)
                        + ", ts_epoch, " + batch.names() + ") SELECT " + number + own + ",")
                .and("?::bigint, " + batch.values("numbered") + " FROM owner, numbered WHERE good", context.millis())
                .and("ORDER BY " + order + "n ON CONFLICT DO NOTHING RETURNING "
                        + (needsKeys ? "ARRAY[" + key + "]::text[]" : "1") + " AS stored)")
                .and("SELECT (SELECT " + (needsKeys ? "jsonb_agg(stored)" : "count(*)") + " FROM added) FROM owner");
    }

    /** Reads the result; it has keys only if rejected rows are reported. */
    private Stored stored(Values row) {
        if (rejectedRows == RejectedRows.NOT_REPORTED) {
            return new Stored((int) row.number(1), List.of());
        }
        List<List<String>> keys = keys(row.text(1));
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
