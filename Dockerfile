# A perfloop worker. What the targets need besides Node, Python and git (compilers, CUDA) belongs in an image made FROM this one.
FROM node:24-bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends python3 make g++ git ca-certificates && rm -rf /var/lib/apt/lists/*
WORKDIR /perfloop
COPY . .
RUN npm ci && npm prune --omit=dev --ignore-scripts

FROM node:24-bookworm-slim
# util-linux brings flock, which holds the host lock; bubblewrap the sandbox around targets, for which the container has to be
# started with `--security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined`
# (`perfloop doctor` tells whether it works); procps and git are what targets need most.
RUN apt-get update && apt-get install -y --no-install-recommends git python3 util-linux bubblewrap procps tini && rm -rf /var/lib/apt/lists/*
COPY --from=build --chown=node:node /perfloop /perfloop
RUN ln -s /perfloop/bin/perfloop.js /usr/local/bin/perfloop && install -d -o node -g node /var/lib/perfloop /var/lib/perfloop-artifacts
USER node
ENV PERFLOOP_HOME=/var/lib/perfloop PERFLOOP_ARTIFACTS=/var/lib/perfloop-artifacts
# A worker that is killed leaves children; an init reaps them.
ENTRYPOINT ["tini", "--", "perfloop"]
CMD ["worker", "--tag", "cpu"]
