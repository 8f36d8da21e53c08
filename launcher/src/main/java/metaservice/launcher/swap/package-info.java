/**
 * Keeps the right service version running while the process runs. {@link metaservice.launcher.swap.ServiceSupervisor}
 * checks the health of the service and reads the schema; {@link metaservice.launcher.swap.SchemaWatch} wakes it after
 * an upgrade. {@link metaservice.launcher.swap.VersionChoice} and {@code NextStep} decide and have no side effects;
 * {@code Swap} starts the next service, switches the front door to it and closes the old one; {@code StatusRecorder}
 * holds what the status reports. Uses the packages {@code http} and {@code service} of the launcher, no others.
 */
package metaservice.launcher.swap;
