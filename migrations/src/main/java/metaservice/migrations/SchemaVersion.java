package metaservice.migrations;

/**
 * Number of the last migration applied to a database. It looks like a date but is a number, and compares as one: {@code
 * 20210260056859} lies between {@code 20210202145952} and {@code 20211202100726}.
 *
 * @param number 0 or more; 0 means tables without a ledger, or nothing at all
 */
public record SchemaVersion(long number) implements Comparable<SchemaVersion> {

    /** Nothing was applied, as far as a ledger tells. */
    public static final SchemaVersion ZERO = new SchemaVersion(0);

    /** Refuses negative numbers. */
    public SchemaVersion {
        if (number < 0) {
            throw new IllegalArgumentException("schema version " + number + ": expected 0 or more");
        }
    }

    /**
     * Reads what {@link #toString()} writes.
     *
     * @throws IllegalArgumentException if the text is not a plain decimal number that fits a long
     */
    public static SchemaVersion parse(String text) {
        if (!text.matches("[0-9]{1,18}")) {
            throw new IllegalArgumentException("schema version '" + text + "': expected 1 to 18 digits");
        }
        return new SchemaVersion(Long.parseLong(text));
    }

    @Override
    public int compareTo(SchemaVersion other) {
        return Long.compare(number, other.number);
    }

    /** The number in decimal digits, as in the ledgers and in JSON. */
    @Override
    public String toString() {
        return Long.toString(number);
    }
}
