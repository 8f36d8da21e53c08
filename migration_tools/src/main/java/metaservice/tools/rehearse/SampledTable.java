package metaservice.tools.rehearse;

/**
 * A table of the copy.
 *
 * @param name its name
 * @param rows the rows in the copy
 * @param rowsOfSource the rows in the source, as PostgreSQL estimates them; not less than {@code rows}
 */
record SampledTable(String name, long rows, long rowsOfSource) {}
