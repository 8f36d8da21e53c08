package metaservice.settings;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.postgresql.Driver;

/**
 * Opens a new connection for each call, with the properties of that moment. Thread-safe.
 *
 * @param url address without credentials
 * @param properties of the driver, including user and password
 */
record DriverDataSource(String url, Supplier<Map<String, String>> properties) implements DataSource {

    private static final Driver DRIVER = new Driver();

    @Override
    public Connection getConnection() throws SQLException {
        Properties current = new Properties();
        current.putAll(properties.get());
        current.setProperty("socketFactory", KeepAliveSocketFactory.class.getName());
        return DRIVER.connect(url, current);
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("the login is read from the settings");
    }

    @Override
    public PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(PrintWriter out) {
        // The driver logs with java.util.logging.
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        throw new SQLFeatureNotSupportedException("timeouts are properties");
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() {
        return DRIVER.getParentLogger();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLException("not a wrapper for " + type.getName());
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }

    /** Without the properties, because the password is one of them. */
    @Override
    public String toString() {
        return url;
    }
}
