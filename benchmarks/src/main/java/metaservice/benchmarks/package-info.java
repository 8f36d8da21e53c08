/**
 * Benchmarks. Each prints what it measured beside a baseline that was measured in the same run, because an absolute
 * number says little about a machine that one does not know. They are started by {@code benchmarks/run}.
 */
package metaservice.benchmarks;
