package metaservice.conformance;

import java.time.Duration;
import java.util.List;
import metaservice.migrations.SchemaVersion;

/** One service version on one schema version. */
record Cell(Generation generation, SchemaVersion schema) {

    /** All pairs that are said to work, by service and then by schema. */
    static List<Cell> all() {
        return Generation.bundled().stream()
                .flatMap(generation -> Generation.schemas().stream()
                        .filter(generation::canRunOn)
                        .map(schema -> new Cell(generation, schema)))
                .toList();
    }

    /**
     * What came of playing all recordings.
     *
     * @param files one result per transcript
     * @param time from before the schema was made to after the last answer
     */
    record Result(List<PlayResult> files, Duration time) {

        /** Copies the list. */
        Result {
            files = List.copyOf(files);
        }
    }

    /** Whether the assembled launcher has to choose this service on this schema, rather than a newer one. */
    boolean isChosen() {
        return Generation.chosenFor(schema).equals(generation);
    }

    @Override
    public String toString() {
        return generation + " on schema " + schema;
    }
}
