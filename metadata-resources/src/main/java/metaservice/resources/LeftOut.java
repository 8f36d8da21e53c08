package metaservice.resources;

/** What a client learns of the rows of a batch that are not stored. */
public enum LeftOut {
    /** Only how many rows were stored; the reference answers so. */
    SILENTLY,
    /** Which rows are left out, and why. */
    TOLD
}
