# pg-lifeboat with the PostgreSQL programs of one major: `docker build -t pg-lifeboat .`
#
# The base is PostgreSQL's own image, because a proof restores into a throw-away cluster: that needs the server, the client
# programs and the locales of the major that is backed up, as the database beside it has them. Debian, since the variant of
# Alpine has no locales that sort; trixie, since that is what the tag postgres:17 is today, and text is then sorted alike. No
# digest is pinned here; who publishes an image should pin it, and let a bot move it. Node is one program, copied from Node's
# own image of the same Debian. Nothing is compiled, and there is no npm.
#
#   --build-arg POSTGRES_MAJOR=16                               the major of your server
#   --build-arg POSTGRES_IMAGE=pgvector/pgvector:pg17-trixie    an image that has your extensions, of the same Debian
#   --build-arg EXTRA_PACKAGES="rclone postgresql-17-cron"      more of Debian's or PostgreSQL's packages
ARG POSTGRES_MAJOR=17
ARG DEBIAN=trixie
ARG POSTGRES_IMAGE=postgres:${POSTGRES_MAJOR}-${DEBIAN}
ARG NODE_IMAGE=node:24-${DEBIAN}-slim

FROM ${NODE_IMAGE} AS node

FROM ${POSTGRES_IMAGE}
ARG EXTRA_PACKAGES=""

# tini, because process 1 has to pass signals on and to bury the orphans of killed programs.
RUN apt-get update \
  && apt-get install -y --no-install-recommends age ca-certificates openssh-client rsync tini ${EXTRA_PACKAGES} \
  && rm -rf /var/lib/apt/lists/*

COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY dist/cli /opt/pg-lifeboat
COPY LICENSE /opt/pg-lifeboat/

# The folders that a container needs; those to write to belong to the user, and a new volume takes that over.
RUN chmod -R a+rX /opt/pg-lifeboat \
  && chmod 755 /opt/pg-lifeboat/index.js \
  && ln -s /opt/pg-lifeboat/index.js /usr/local/bin/pg-lifeboat \
  && install -d /etc/pg-lifeboat \
  && install -d -o postgres -g postgres -m 700 /backups /scratch /var/lib/pg-lifeboat \
  && pg-lifeboat --version

# Where copies are restored to be proven, and where is noted what outlives a run. `lifeboat.yml` is read from the folder that
# it works in.
ENV TMPDIR=/scratch XDG_STATE_HOME=/var/lib/pg-lifeboat
WORKDIR /etc/pg-lifeboat

# initdb refuses root; so does good sense.
USER postgres

# Not the signal of the base image, which is for a server.
STOPSIGNAL SIGTERM

# Healthy means: the store has a proven backup of each type that is new enough. For the first day of a container a missing one
# leaves it "starting", and is looked for every minute instead of every few seconds; afterwards it is "unhealthy".
HEALTHCHECK --interval=10m --timeout=2m --start-period=26h --start-interval=1m --retries=2 \
  CMD ["pg-lifeboat", "watch", "--all"]

ENTRYPOINT ["tini", "--", "pg-lifeboat"]
CMD ["schedule"]
