/**
 * {@code benchmarks/run load}: requests per second, latencies and processor time of every important endpoint, next to what
 * PostgreSQL alone reaches with the same statements.
 */
package metaservice.benchmarks.load;
