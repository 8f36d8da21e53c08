package metaservice.launcher;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.logging.Level;
import metaservice.launcher.service.CatalogException;
import metaservice.launcher.service.ServiceCatalog;
import metaservice.settings.DatabaseConfig;
import metaservice.settings.InvalidConfigException;
import metaservice.settings.LauncherConfig;
import metaservice.settings.TokenSettings;
import metaservice.settings.UnknownVariables;
import metaservice.spi.TokenIssuer;
import metaservice.spi.TokenRole;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the process begins. Its logger is made late, because the log level is among the settings. */
public final class Main {

    /** System property: the folder of the distribution, with the service jars in {@code services}. */
    static final String HOME = "metaservice.home";

    /** What stopping may take beyond the time for draining. */
    private static final Duration CLOSING = Duration.ofSeconds(10);

    /** Held, so that it stays as it is set: whatever the driver has to tell, it tells in exceptions, too. */
    private static final java.util.logging.Logger DRIVER = java.util.logging.Logger.getLogger("org.postgresql");

    private Main() {}

    /** What is done after the start; the launcher is closed afterwards. */
    interface Operation {
        void run(Launcher launcher, StopSignal stop) throws StartFailedException, InterruptedException;
    }

    /** Runs until asked to stop, and exits with what {@link ExitCode} says. */
    public static void main(String[] args) {
        System.exit(run(System.out, System.err, args, System.getenv()));
    }

    /**
     * Does what the options say; blocks as long as the launcher runs.
     *
     * @param out gets the help or the report of a successful start
     * @param err gets one line for every foreseen problem
     * @return the exit code
     */
    static int run(PrintStream out, PrintStream err, String[] args, Map<String, String> environment) {
        return run(out, err, args, environment, (launcher, stop) -> stop.await());
    }

    /** The same with another operation than waiting for the request to stop. */
    static int run(
            PrintStream out, PrintStream err, String[] args, Map<String, String> environment, Operation operation) {
        try {
            Options options = Options.parse(args);
            if (options.wantsHelp()) {
                out.print(Options.help());
                return ExitCode.DONE.number();
            }
            if (options.wantsVersion()) {
                out.println("metaservice " + BuildFacts.read().version());
                return ExitCode.DONE.number();
            }
            return launch(out, options, environment, operation).number();
        } catch (InvalidConfigException e) {
            e.problems().forEach(err::println);
            return ExitCode.USAGE.number();
        } catch (CatalogException e) {
            e.problems().forEach(err::println);
            return ExitCode.FAILED.number();
        } catch (StartFailedException e) {
            LoggerFactory.getLogger(Main.class).debug("Start failed", e);
            err.println(e.getMessage());
            return e.exitCode().number();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            err.println("Interrupted.");
            return ExitCode.FAILED.number();
        } catch (RuntimeException | LinkageError e) {
            LoggerFactory.getLogger(Main.class).error("Unforeseen failure", e);
            err.println("Metaservice failed: " + e + " (the log says more)");
            return ExitCode.FAILED.number();
        }
    }

    private static ExitCode launch(
            PrintStream out, Options options, Map<String, String> environment, Operation operation)
            throws CatalogException, StartFailedException, InterruptedException {
        initializeManagement();
        List<String> problems = new ArrayList<>();
        Optional<LauncherConfig> config = read(() -> LauncherConfig.fromEnvironment(environment), problems);
        config.ifPresent(Main::prepareLogging);
        Optional<Optional<TokenRole>> role =
                read(() -> TokenSettings.fromEnvironment(environment).map(SpiSettings::role), problems);
        Optional<DatabaseSource> database = read(() -> database(options, environment), problems);
        if (!problems.isEmpty()) {
            throw new InvalidConfigException(problems);
        }
        UnknownVariables.warnings(environment).forEach(warning -> logger().warn(warning));
        ServiceCatalog catalog = ServiceCatalog.read(home().resolve("services"));
        try (TokenIssuer tokens =
                TokenLibrary.issuer(role.orElseThrow(), home().resolve("lib").resolve("sts"))) {
            return supervise(out, config.orElseThrow(), catalog, database.orElseThrow(), tokens, operation);
        }
    }

    /**
     * Creates the platform's MBean server while the settings are read. XNIO registers its threads there before it listens, and
     * creating the server takes a tenth of the time until then.
     */
    private static void initializeManagement() {
        Thread thread = new Thread(ManagementFactory::getPlatformMBeanServer, "management");
        thread.setDaemon(true);
        thread.start();
    }

    private static ExitCode supervise(
            PrintStream out,
            LauncherConfig config,
            ServiceCatalog catalog,
            DatabaseSource database,
            TokenIssuer tokens,
            Operation operation)
            throws StartFailedException, InterruptedException {
        StopSignal stop = new StopSignal();
        stop.onProcessEnd(config.drainTimeout().plus(CLOSING));
        try (Launcher supervisor = new Launcher(config, catalog, database, tokens, stop)) {
            Optional<StartupReport> report = supervisor.start();
            if (report.isPresent()) {
                out.print(report.get().text());
                out.flush();
                operation.run(supervisor, stop);
                logger().info("Asked to stop; draining");
            }
        } finally {
            stop.stopped();
        }
        return ExitCode.DONE;
    }

    private static <T> Optional<T> read(Supplier<T> part, List<String> problems) {
        try {
            return Optional.of(part.get());
        } catch (InvalidConfigException e) {
            problems.addAll(e.problems());
            return Optional.empty();
        }
    }

    private static DatabaseSource database(Options options, Map<String, String> environment) {
        if (!options.isEmbedded()) {
            return DatabaseSource.given(DatabaseConfig.fromEnvironment(environment));
        }
        return new EmbeddedDatabaseSource(
                home().resolve("lib").resolve("embedded"), options.embeddedFolder(), options.isFresh(), environment);
    }

    /** Before any other class makes its logger. */
    private static void prepareLogging(LauncherConfig config) {
        DRIVER.setLevel(Level.OFF);
        System.setProperty("org.jboss.logging.provider", "slf4j");
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", config.logLevel());
        if (config.logStatements()) {
            // The logger that services write every statement to, without the values.
            System.setProperty("org.slf4j.simpleLogger.log.metaservice.sql", "debug");
        }
    }

    private static Path home() {
        return Path.of(System.getProperty(HOME, "."));
    }

    private static Logger logger() {
        return LoggerFactory.getLogger(Main.class);
    }
}
