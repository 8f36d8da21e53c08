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
            required = true,
            paramLabel = "URL",
            converter = BaseUrl.class,
            description = "The migration service, e.g. http://localhost:8082.")
    private URI baseUrl;

    @ParentCommand
    private Tools tools;

    @Spec
    private CommandSpec spec;

    abstract Outcome execute(MigrationClient api) throws InterruptedException;

    @Override
    public final Integer call() throws InterruptedException {
        Outcome outcome = execute(new MigrationClient(baseUrl, tools.timeouts()));
        if (outcome instanceof Outcome.Failed failed) {
            spec.commandLine().getErr().println(failed.text());
            return 1;
        }
        spec.commandLine().getOut().println(((Outcome.Done) outcome).text());
        return 0;
    }
}
