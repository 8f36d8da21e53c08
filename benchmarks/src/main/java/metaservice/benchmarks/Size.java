package metaservice.benchmarks;

/**
 * Number of rows in a database.
 *
 * @param tasks rows of tasks; 100 tasks make a run
 * @param metadata rows of metadata, spread over the tasks
 * @param artifacts rows of artifacts, spread over the tasks
 */
record Size(int tasks, int metadata, int artifacts) {

    /** The size that an active team reaches after some years. */
    static final Size LARGE = new Size(200_000, 2_000_000, 1_000_000);

    /** This size with each number divided by the divisor. */
    Size dividedBy(int divisor) {
        return new Size(tasks / divisor, metadata / divisor, artifacts / divisor);
    }
}
