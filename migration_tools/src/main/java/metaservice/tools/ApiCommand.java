package metaservice.tools;

import java.net.URI;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/**
 * Base class of the commands: the address of the service, and the conversion of an outcome to output and exit code.
 */
abstract class ApiCommand implements Callable<Integer> {

    @Option(
            names = "--base-url",
            defaultValue = "${env:MF_MIGRATION_URL:-http://127.0.0.1:8082}",
            paramLabel = "URL",
            converter = BaseUrl.class,
            description = "The migration service (default: MF_MIGRATION_URL, else http://127.0.0.1:8082).")
    private URI baseUrl;

    @ParentCommand
    private Tools tools;

    @Spec
    private CommandSpec spec;

    CommandSpec spec() {
        return spec;
    }

    abstract Outcome execute(MigrationClient api) throws InterruptedException;

    @Override
    public final Integer call() throws InterruptedException {
        Outcome outcome = execute(new MigrationClient(baseUrl, tools.timeouts()));
        if (outcome instanceof Outcome.Failed failed) {
            spec.commandLine().getErr().println(failed.text());
            return 1;
        }
        Outcome.Done done = (Outcome.Done) outcome;
        spec.commandLine().getOut().println(done.text());
        return done.exitCode();
    }
}
