package metaservice.launcher.service;

import metaservice.spi.DatabaseAccess;
import metaservice.spi.ServiceContext;
import metaservice.spi.ServiceSettings;
import metaservice.spi.TokenIssuer;

/** What one service version is told at its start. */
record ContextValues(String serviceVersion, DatabaseAccess database, ServiceSettings settings, TokenIssuer tokens)
        implements ServiceContext {}
