/**
 * Plays recorded requests against a running service and reports where its answers differ from the recorded ones.
 *
 * <p>A {@link metaservice.conformance.Transcript} is one file of recorded steps. The {@link
 * metaservice.conformance.Player} sends its requests byte for byte over an {@link
 * metaservice.conformance.HttpConnection}, runs its SQL in the {@link metaservice.conformance.TestedDatabase} and compares
 * each answer with the recorded {@link metaservice.conformance.Expectation}. It depends on no service implementation: it can
 * test any HTTP address, from JUnit or from the command line ({@link metaservice.conformance.Main}).
 */
package metaservice.conformance;
