/**
 * Benchmarks. Each prints its measurements beside a baseline that was measured in the same run, because absolute numbers
 * from different machines cannot be compared. {@code benchmarks/run} starts them.
 */
package metaservice.benchmarks;
