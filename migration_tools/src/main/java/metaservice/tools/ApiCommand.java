package metaservice.tools;

import java.net.URI;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** What the commands have in common: the address, and how an outcome becomes output and exit code. */
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

    abstract Outcome ask(MigrationClient api) throws InterruptedException;

    @Override
    public final Integer call() throws InterruptedException {
        Outcome outcome = ask(new MigrationClient(baseUrl, tools.patience()));
        if (outcome instanceof Outcome.Failed failed) {
            spec.commandLine().getErr().println(failed.text());
            return 1;
        }
        spec.commandLine().getOut().println(((Outcome.Done) outcome).text());
        return 0;
    }
}
