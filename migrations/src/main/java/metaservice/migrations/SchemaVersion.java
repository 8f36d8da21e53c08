package metaservice.migrations;

/**
 * Number of the last migration applied to a database. Looks like a date but compares as a number:
 * {@code 20210260056859} lies between {@code 20210202145952} and {@code 20211202100726}.
 *
 * @param number 0 or more; 0 stands for tables without a ledger, or for an empty database
 */
public record SchemaVersion(long number) implements Comparable<SchemaVersion> {

    /** No migration is recorded as applied. */
    public static final SchemaVersion ZERO = new SchemaVersion(0);

    /** Rejects negative numbers. */
    public SchemaVersion {
        if (number < 0) {
            throw new IllegalArgumentException("schema version " + number + ": expected 0 or more");
        }
    }

    /**
     * Reads the format of {@link #toString()}.
     *
     * @throws IllegalArgumentException if the text is not a decimal number of 1 to 18 digits
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
