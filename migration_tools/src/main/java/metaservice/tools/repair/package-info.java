/** The command {@code repair}: explains what is not as it should be in a database, and changes it on request. */
package metaservice.tools.repair;
