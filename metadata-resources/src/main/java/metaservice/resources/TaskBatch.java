package metaservice.kit;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

    /** SQLSTATE of a value that is longer than its column allows. */
    private static final String VALUE_TOO_LONG = "22001";

    private final EndpointContext parts;
    private final String table;
    private final Kind kind;
    private final Optional<Kind> narrower;
    private final List<String> ownerColumns;

    /**
     * What is stored.
     *
     * @param fields what a row consists of
     * @param countedAs the member of the answer that says how many rows were stored
     * @param keyFields what tells a row from the others of its task; none if any number of equal rows may be stored
     * @param isNumbered whether rows get a serial number, in the column {@code id}
     */
    public record Kind(List<Field> fields, String countedAs, List<String> keyFields, boolean isNumbered) {

        /** The same, but these fields may be of any length. */
        public Kind withUnlimited(String... names) {
            Set<String> unlimited = Set.of(names);
            List<Field> wider = fields.stream()
                    .map(field -> unlimited.contains(field.name()) ? field.unlimited() : field)
                    .toList();
            return new Kind(wider, countedAs, keyFields, isNumbered);
        }
    }

    /**
     * Batches for a table.
     *
     * @param ownerColumns the columns that tell the task, in the table and in what {@link #create} is told of the owner
     */
    public TaskBatch(EndpointContext parts, String table, Kind kind, List<String> ownerColumns) {
        this(parts, table, kind, Optional.empty(), ownerColumns);
    }

    /**
     * Batches for a table whose columns are not as wide on every schema version.
     *
     * @param narrower what is stored instead where the columns cannot hold the values; absent if they can everywhere
     */
    TaskBatch(EndpointContext parts, String table, Kind kind, Optional<Kind> narrower, List<String> ownerColumns) {
        this.parts = parts;
        this.table = table;
        this.kind = kind;
        this.narrower = narrower;
        this.ownerColumns = ownerColumns;
    }

    /**
     * Stores the rows in the body.
     *
     * @param owner selects the task's columns; no row means that there is no such task
     * @param withoutOwner the answer then
     */
    public Answer create(Request request, Sql owner, Answer withoutOwner) throws SQLException {
        JsonNode body = request.json();
        try {
            return create(Batch.read(body, kind.fields()), owner, withoutOwner);
        } catch (SQLException e) {
            if (narrower.isEmpty() || !VALUE_TOO_LONG.equals(e.getSQLState())) {
                throw e;
            }
            // Nothing was stored. Asked only now, because the next migration may widen the columns at any moment.
            return create(Batch.read(body, narrower.get().fields()), owner, withoutOwner);
        }
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
        List<List<String>> stored = new ArrayList<>();
        List<Integer> tooLong = new ArrayList<>();
        for (int i = 0; i < batch.rows().size(); i++) {
            try {
                store(owner, batch.only(i)).ifPresent(stored::addAll);
            } catch (SQLException e) {
                if (!isTooLongForTrigger(e)) {
                    throw e;
                }
                tooLong.add(i);
            }
        }
        return create(batch.without(tooLong, TOO_LONG), Optional.of(stored), withoutOwner);
    }

    private Answer create(Batch batch, Optional<List<List<String>>> stored, Answer withoutOwner) {
        if (batch.brokenAt().isPresent()) {
            throw batch.brokenAt().get();
        }
        return stored.map(keys -> answer(keys.size(), leftOut(batch, keys))).orElse(withoutOwner);
    }

    /** The answer that says how many rows were stored. */
    public Answer count(int stored) {
        return answer(stored, List.of());
    }

    private Answer answer(int stored, List<Batch.Rejected> leftOut) {
        return Answer.json(200, json -> {
            json.writeStartObject();
            json.writeNumberField(kind.countedAs(), stored);
            if (parts.dialect().leftOut() == Dialect.LeftOut.TOLD && !leftOut.isEmpty()) {
                json.writeArrayFieldStart("rejected");
                for (Batch.Rejected row : leftOut) {
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

    /** Rows with a bad field, and rows whose key was there already, in their order. */
    private List<Batch.Rejected> leftOut(Batch batch, List<List<String>> stored) {
        List<Batch.Rejected> leftOut = new ArrayList<>(batch.rejected());
        List<String> keyFields = kind.keyFields();
        Set<List<String>> unmet = new HashSet<>(stored);
        for (int i = 0; i < batch.rows().size() && !keyFields.isEmpty(); i++) {
            if (batch.rows().get(i).isPresent() && !unmet.remove(batch.key(i, keyFields))) {
                leftOut.add(new Batch.Rejected(i, keyFields.get(0), "is stored already, and stays as it is"));
            }
        }
        leftOut.sort(Comparator.comparing(Batch.Rejected::index));
        return leftOut;
    }

    /** The keys of the rows that were stored; empty if there is no such task. */
    private Optional<List<List<String>>> store(Sql owner, Batch batch) throws SQLException {
        String key =
                kind.keyFields().stream().map(field -> '"' + field + "\"::text").collect(Collectors.joining(", "));
        // In one order for everybody: of two batches that meet in different orders, one would end as a deadlock.
        String order = Stream.concat(Stream.of(kind.fields().get(0).name()), kind.keyFields().stream())
                .distinct()
                .map(field -> "numbered.\"" + field + "\", ")
                .collect(Collectors.joining());
        String own = ownerColumns.stream().map(column -> "owner." + column).collect(Collectors.joining(", "));
        String number = kind.isNumbered() ? "id, " : "";
        String numbers = kind.isNumbered() ? ", nextval(" + SEQUENCE.formatted(table) + ") AS id" : "";
        Sql sql = Sql.of("WITH owner AS (")
                .and(owner)
                .and("), numbered AS (SELECT batch.*" + numbers + " FROM")
                .and(batch.source())
                .and("ORDER BY n), added AS (INSERT INTO " + table + " (" + number + String.join(", ", ownerColumns)
                        + ", ts_epoch, " + batch.names() + ") SELECT " + number + own + ",")
                .and("?::bigint, " + batch.values("numbered") + " FROM owner, numbered WHERE good", parts.millis())
                .and("ORDER BY " + order + "n ON CONFLICT DO NOTHING RETURNING ARRAY[" + key + "]::text[] AS stored)")
                .and("SELECT (SELECT jsonb_agg(stored) FROM added) FROM owner");
        return parts.database().first(sql, row -> keys(row.getString(1)));
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
