package metaservice.kit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The rows of a request that creates many objects. Not atomic and not strict, as in the reference: a row with a bad
 * field is left out, an element that is no object ends the batch, and what came before it is stored all the same.
 *
 * @param fields what a row consists of
 * @param rows one text for every field, ready for the casts of {@link #source}
 * @param brokenAt set if an element is no object
 */
record Batch(List<Field> fields, List<String[]> rows, Optional<ClientError> brokenAt) {

    /**
     * Reads the rows.
     *
     * @throws ClientError 400 if the body is no array; an empty object passes for an empty array
     */
    static Batch read(JsonNode body, List<Field> fields) {
        if (!body.isArray() && !(body.isObject() && body.isEmpty())) {
            throw ClientError.badRequest("body: expected an array of objects");
        }
        List<String[]> rows = new ArrayList<>();
        for (int i = 0; i < body.size(); i++) {
            JsonNode element = body.get(i);
            if (!element.isObject()) {
                return new Batch(
                        fields, rows, Optional.of(ClientError.badRequest("element " + i + ": expected an object")));
            }
            row(element, fields).ifPresent(rows::add);
        }
        return new Batch(fields, rows, Optional.empty());
    }

    private static Optional<String[]> row(JsonNode element, List<Field> fields) {
        try {
            return Optional.of(fields.stream().map(field -> field.read(element)).toArray(String[]::new));
        } catch (ClientError e) {
            return Optional.empty();
        }
    }

    /** The rows as something to select from, called {@code batch}, with their order in {@code n}. */
    Sql source() {
        String arrays = fields.stream().map(field -> "?::text[]").collect(Collectors.joining(", "));
        String names = fields.stream().map(field -> quoted(field)).collect(Collectors.joining(", "));
        Object[] values = IntStream.range(0, fields.size())
                .mapToObj(column -> rows.stream().map(row -> row[column]).toArray(String[]::new))
                .toArray();
        return Sql.of("unnest(" + arrays + ") WITH ORDINALITY AS batch(" + names + ", n)", values);
    }

    /** The names of the fields, for the list of an INSERT. */
    String names() {
        return fields.stream().map(Batch::quoted).collect(Collectors.joining(", "));
    }

    /** The values of the fields, cast to their columns' types. */
    String values() {
        return fields.stream()
                .map(field -> "batch." + quoted(field) + cast(field))
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
