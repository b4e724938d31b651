# A perfloop worker. What the targets need besides Node, Python and git (compilers, CUDA) belongs in an image made FROM this one.
FROM node:24.18.0-bookworm-slim AS build
# Debian takes old versions out of its archive: a pinned one would soon not be found.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends python3 make g++ ca-certificates && rm -rf /var/lib/apt/lists/*
WORKDIR /perfloop
# The dependencies first, by themselves: a change of the sources then re-uses this layer.
COPY package.json package-lock.json ./
# `npm install` takes the versions of the lock file; `npm ci` would refuse it, as it holds the packages of one platform only.
RUN npm install --ignore-scripts --no-audit --no-fund && npm rebuild
COPY . .
# Of 450 MB of packages 240 are left: the Temporal SDK has a library for each platform, and types and maps are for editors.
RUN npm run build && npm prune --omit=dev --ignore-scripts \
 && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -rf {} + \
 && rm -rf node_modules/better-sqlite3/deps \
 && find node_modules -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' \) -delete

FROM node:24.18.0-bookworm-slim
# util-linux brings flock, which holds the host lock; bubblewrap the sandbox around targets, for which the container has to be
# started with `--security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined`
# (`perfloop doctor` tells whether it works); procps and git are what targets need most; ca-certificates for git over https.
# Debian takes old versions out of its archive: a pinned one would soon not be found.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends git python3 util-linux bubblewrap procps tini ca-certificates && rm -rf /var/lib/apt/lists/*
WORKDIR /perfloop
# Owned by root, and so not to be changed by what runs as the worker's user. Only what the package itself ships, see `files`
# of package.json: no sources, no tests, no tools to build with.
COPY --from=build /perfloop/package.json ./
COPY --from=build /perfloop/node_modules ./node_modules
COPY --from=build /perfloop/bench/recipes ./bench/recipes
COPY --from=build /perfloop/prompts ./prompts
COPY --from=build /perfloop/demo ./demo
COPY --from=build /perfloop/bin ./bin
COPY --from=build /perfloop/dist ./dist
RUN ln -s /perfloop/bin/perfloop.js /usr/local/bin/perfloop && install -d -o node -g node /var/lib/perfloop /var/lib/perfloop-artifacts
# By number: an orchestrator that wants proof of "not root" can only read numbers. It is the image's user `node`.
USER 1000:1000
WORKDIR /var/lib/perfloop
# Everything secret comes at run time, by file or variable: nothing here is. The metrics are what the health check asks for.
ENV PERFLOOP_HOME=/var/lib/perfloop PERFLOOP_ARTIFACTS=/var/lib/perfloop-artifacts PERFLOOP_METRICS=127.0.0.1:9464 NODE_ENV=production
VOLUME ["/var/lib/perfloop", "/var/lib/perfloop-artifacts"]
# A worker that hangs in its start, or that ended while its launcher did not, answers nothing.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PERFLOOP_METRICS.split(':').at(-1)}/metrics`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# A worker that is killed leaves children; an init reaps them.
ENTRYPOINT ["tini", "--", "perfloop"]
CMD ["worker", "--tag", "cpu"]
