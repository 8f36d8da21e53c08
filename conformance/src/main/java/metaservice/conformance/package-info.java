/**
 * Plays recorded conversations against a running service and says where its answers differ.
 *
 * <p>A {@link metaservice.conformance.Transcript} is one file of recorded steps. The {@link
 * metaservice.conformance.Player} sends its requests byte for byte over an {@link
 * metaservice.conformance.HttpConnection}, runs its SQL in the {@link metaservice.conformance.TestedDatabase} and holds
 * each answer against the recorded {@link metaservice.conformance.Expectation}. It knows no service: any address that
 * speaks the recorded protocol can be tested, from JUnit or from the command line ({@link
 * metaservice.conformance.Main}).
 */
package metaservice.conformance;
