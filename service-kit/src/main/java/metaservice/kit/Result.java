package metaservice.kit;

import java.util.List;
import java.util.Optional;
import org.postgresql.core.Tuple;

/** The rows of one statement, which are in memory. Immutable. */
public final class Result {

    /** No rows. */
    static final Result EMPTY = new Result(List.of());

    private final List<Tuple> rows;

    Result(List<Tuple> rows) {
        this.rows = rows;
    }

    /** Makes something of all rows. */
    @FunctionalInterface
    public interface Reader<T> {
        /** Reads the rows; must neither block nor throw an exception because of the values. */
        T read(Result result);
    }

    /** The number of rows. */
    int size() {
        return rows.size();
    }

    /** Total length of all values in bytes. */
    long length() {
        return rows.stream().mapToLong(Tuple::length).sum();
    }

    /** A row, from 0 on. */
    Values row(int index) {
        return Values.of(rows.get(index));
    }

    /** The first row, if there is one. */
    public Optional<Values> first() {
        return rows.isEmpty() ? Optional.empty() : Optional.of(row(0));
    }
}
