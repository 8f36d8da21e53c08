# Made of distribution/target/metaservice.tar.gz, which `./mvnw -Dquick package` puts together; nothing is fetched here.
# Any base with a Java 17 or newer and bash will do.
ARG RUNTIME_IMAGE=eclipse-temurin:25-jre

# Makes the archive of classes that shortens starts, with an embedded PostgreSQL, which needs a user with a name other than
# root. On a base that this PostgreSQL does not run on, such as Alpine, the image has no archive.
FROM ${RUNTIME_IMAGE} AS archive
ADD distribution/target/metaservice.tar.gz /opt/
COPY distribution/target/metaservice/lib/embedded /opt/metaservice/lib/embedded
RUN mkdir /archive && chown -R nobody /archive /opt/metaservice/lib
USER nobody
RUN sh /opt/metaservice/lib/make-archive.sh && cp -p /opt/metaservice/lib/classes-* /archive/ || true

FROM ${RUNTIME_IMAGE}

# Unpacks to /opt/metaservice.
ADD distribution/target/metaservice.tar.gz /opt/
COPY --from=archive /archive/ /opt/metaservice/lib/
ENV PATH=/opt/metaservice/bin:$PATH

# A number, so that orchestrators can see that it is not root. It needs to write nowhere.
USER 10001:10001
WORKDIR /opt/metaservice
EXPOSE 8080 8082
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/metaservice/bin/metaservice"]
