/**
 * The PostgreSQL of {@code --embedded}: a server for trying things out, which runs as long as the launcher and keeps its
 * data in a folder. The launcher loads this library only if the option is given.
 */
package metaservice.embedded;
