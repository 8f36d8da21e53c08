package metaservice.benchmarks;

/**
 * How much a database holds.
 *
 * @param tasks rows of tasks; a hundred of them make a run
 * @param metadata rows of metadata, spread over the tasks
 * @param artifacts rows of artifacts, spread over the tasks
 */
record Size(int tasks, int metadata, int artifacts) {

    /** What a busy team has after some years. */
    static final Size LARGE = new Size(200_000, 2_000_000, 1_000_000);

    /** The same divided. */
    Size dividedBy(int divisor) {
        return new Size(tasks / divisor, metadata / divisor, artifacts / divisor);
    }
}
