package metaservice.resources;

import metaservice.kit.ClientError;
import metaservice.kit.Column;
import metaservice.kit.Sql;

/**
 * An id from a path: digits are a number, anything else is a name that a client gave. Both find the object (reference:
 * quirk "an id of digits is a number").
 *
 * @param field what the id is called in messages
 * @param text the id as it came
 */
public record Key(String field, String text) {

    /**
     * The condition that finds the object.
     *
     * @param numberColumn holds numbers
     * @param nameColumn holds names
     * @throws ClientError 400 if the number is larger than the database can hold
     */
    public Sql matches(String numberColumn, String nameColumn) {
        return Column.isNumber(text) ? Sql.of(numberColumn + " = ?", number()) : Sql.of(nameColumn + " = ?", text);
    }

    private long number() {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw ClientError.badRequest(
                    field + " " + text + ": expected a number of at most " + Long.MAX_VALUE + ", or a name", e);
        }
    }
}
