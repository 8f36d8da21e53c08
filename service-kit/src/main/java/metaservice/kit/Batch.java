package metaservice.kit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The rows of a request that creates many objects. As in the reference, a batch is not atomic: a row with an invalid field
 * is rejected and the others are stored. An element that is not an object ends the batch; the rows before it are stored.
 *
 * @param fields the fields of a row
 * @param rows one text for every field, ready for the casts of {@link #values}; empty if the row is rejected
 * @param rejected the rejected rows
 * @param brokenAt the error if an element is not an object
 */
public record Batch(
        List<Field> fields, List<Optional<String[]>> rows, List<Rejected> rejected, Optional<ClientError> brokenAt) {

    /**
     * A row that is not stored.
     *
     * @param index its place in the body, from 0
     * @param field the invalid member
     * @param reason what was expected
     */
    public record Rejected(int index, String field, String reason) {}

    /**
     * Reads the rows.
     *
     * @throws ClientError 400 if the body is not an array; an empty object counts as an empty array
     */
    public static Batch read(JsonNode body, List<Field> fields) {
        if (!body.isArray() && !(body.isObject() && body.isEmpty())) {
            throw ClientError.badRequest("body: expected an array of objects");
        }
        List<Optional<String[]>> rows = new ArrayList<>();
        List<Rejected> rejected = new ArrayList<>();
        for (int i = 0; i < body.size(); i++) {
            if (!body.get(i).isObject()) {
                ClientError broken = ClientError.badRequest("element " + i + ": expected an object");
                return new Batch(fields, rows, rejected, Optional.of(broken));
            }
            rows.add(row(i, body.get(i), fields, rejected));
        }
        return new Batch(fields, rows, rejected, Optional.empty());
    }

    private static Optional<String[]> row(int index, JsonNode element, List<Field> fields, List<Rejected> rejected) {
        try {
            return Optional.of(fields.stream().map(field -> field.read(element)).toArray(String[]::new));
        } catch (ClientError e) {
            ClientError.BadField bad = e.badField().orElseThrow(() -> e);
            rejected.add(new Rejected(index, bad.field(), bad.reason()));
            return Optional.empty();
        }
    }

    /** A batch with only the row at this index. */
    public Batch only(int index) {
        return new Batch(fields, List.of(rows.get(index)), List.of(), Optional.empty());
    }

    /**
     * This batch with some of its rows rejected. The rejected field is the longest field of the row.
     *
     * @param reason why the rows are rejected
     */
    public Batch without(List<Integer> indexes, String reason) {
        List<Optional<String[]>> remaining = new ArrayList<>(rows);
        List<Rejected> all = new ArrayList<>(rejected);
        for (int index : indexes) {
            all.add(new Rejected(index, longestField(rows.get(index).orElseThrow()), reason));
            remaining.set(index, Optional.empty());
        }
        return new Batch(fields, remaining, all, brokenAt);
    }

    private String longestField(String[] texts) {
        return IntStream.range(0, texts.length)
                .boxed()
                .max(Comparator.comparing(column -> texts[column] == null ? 0 : texts[column].length()))
                .map(column -> fields.get(column).name())
                .orElseThrow();
    }

    /** The key that identifies a row within its task: the texts of the key fields. */
    public List<String> key(int index, List<String> keyFields) {
        String[] texts = rows.get(index).orElseThrow();
        return IntStream.range(0, fields.size())
                .filter(column -> keyFields.contains(fields.get(column).name()))
                .mapToObj(column -> texts[column])
                .toList();
    }

    /**
     * The rows as a FROM item with the alias {@code batch}. Its columns are the fields, then {@code good}, which is false
     * for a rejected row, and {@code n}, which counts from 1.
     */
    public Sql source() {
        Stream<String> arrays = fields.stream().map(field -> "?::text[]");
        Stream<String> names = fields.stream().map(Batch::quoted);
        Stream<Object> values = IntStream.range(0, fields.size()).mapToObj(this::column);
        return Sql.of(
                "unnest(" + arrays.collect(Collectors.joining(", ")) + ", ?::boolean[]) WITH ORDINALITY AS batch("
                        + names.collect(Collectors.joining(", ")) + ", good, n)",
                Stream.concat(values, Stream.of((Object) good())).toArray());
    }

    private String[] column(int column) {
        return rows.stream()
                .map(row -> row.map(texts -> texts[column]).orElse(null))
                .toArray(String[]::new);
    }

    private String[] good() {
        return rows.stream().map(row -> Boolean.toString(row.isPresent())).toArray(String[]::new);
    }

    /** The quoted names of the fields, for the column list of an INSERT. */
    public String names() {
        return fields.stream().map(Batch::quoted).collect(Collectors.joining(", "));
    }

    /** The values of the fields, cast to the types of their columns; {@code row} is the alias of {@link #source}. */
    public String values(String row) {
        return fields.stream()
                .map(field -> row + "." + quoted(field) + cast(field))
                .collect(Collectors.joining(", "));
    }

    private static String quoted(Field field) {
        return '"' + field.name() + '"';
    }

    private static String cast(Field field) {
        return switch (field.kind()) {
            case TEXT -> "";
            case JSON -> "::jsonb";
            case SMALL_NUMBER -> "::smallint";
        };
    }
}
