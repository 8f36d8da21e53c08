/**
 * The command {@code rehearse}: an upgrade of a copy. {@link metaservice.tools.rehearse.ScratchDatabase} holds the copy, {@link
 * metaservice.tools.rehearse.SampleCopy} fills it with a sample of the rows, {@link
 * metaservice.tools.rehearse.RehearsalLauncher} runs the launcher of this distribution on it, and {@link
 * metaservice.tools.rehearse.Rehearsal} asks it the same requests before and after the upgrade. The source is only read.
 */
package metaservice.tools.rehearse;
