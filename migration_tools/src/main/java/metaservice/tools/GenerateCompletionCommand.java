package metaservice.tools;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the script with which a shell completes commands and options. Hidden, because it is for a shell, not for people. */
@Command(
        name = "generate-completion",
        hidden = true,
        header = "Prints a completion script for bash and zsh.",
        description = {"To use it in this shell: source <(migration_tools generate-completion)", ""})
final class GenerateCompletionCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        CommandLine tools = spec.root().commandLine();
        spec.commandLine().getOut().print(AutoComplete.bash(tools.getCommandName(), tools));
        spec.commandLine().getOut().flush();
        return 0;
    }
}
