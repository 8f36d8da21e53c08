package metaservice.conformance;

import java.time.Duration;
import java.util.List;
import metaservice.migrations.SchemaVersion;

/** One service version on one schema version. */
record Cell(Generation generation, SchemaVersion schema) {

    /** All pairs that are supported, ordered by service, then by schema. */
    static List<Cell> all() {
        return Generation.bundled().stream()
                .flatMap(generation -> Generation.schemas().stream()
                        .filter(generation::canRunOn)
                        .map(schema -> new Cell(generation, schema)))
                .toList();
    }

    /**
     * Result of playing all recordings.
     *
     * @param files one result per transcript
     * @param time from the creation of the schema to the last answer
     */
    record Result(List<PlayResult> files, Duration time) {

        /** Copies the list. */
        Result {
            files = List.copyOf(files);
        }
    }

    /** Whether the launcher of the assembled distribution has to choose this service on this schema. */
    boolean isChosen() {
        return Generation.chosenFor(schema).equals(generation);
    }

    @Override
    public String toString() {
        return generation + " on schema " + schema;
    }
}
