# One image for the three processes: bot, jobs and diagnostics differ only in the command. `--target sandbox` is the simulated world.
# NODE_IMAGE is any image with Node 24, npm and the user `node`.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Declarations and source maps are a third of it, and nothing reads them here.
RUN npm ci --omit=dev --ignore-scripts \
  && npm cache clean --force \
  && find node_modules -type f '(' -name '*.map' -o -name '*.d.ts' -o -name '*.d.cts' -o -name '*.d.mts' ')' -delete

FROM ${NODE_IMAGE} AS sandbox
RUN apt-get update \
  && apt-get install --yes --no-install-recommends redis-server \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts && npm cache clean --force
COPY . .
USER node
ENV NODE_ENV=development PORT=3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["node", "scripts/healthy.mjs"]
ENTRYPOINT ["node"]
CMD ["sandbox/main.ts"]

FROM ${NODE_IMAGE} AS product
LABEL org.opencontainers.image.title="privatelink-bot" \
  org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY scripts/healthy.mjs ./scripts/
COPY src ./src
RUN mkdir compiled && chown node compiled
USER node
ENV NODE_ENV=production METRICS_PORT=9464 NODE_COMPILE_CACHE=/app/compiled
# Without a configuration a process loads its code and ends: what Node compiled then is there at each start of a container.
RUN for process in bot jobs diagnostics; do node "src/$process/main.ts" 2> /dev/null || true; done
EXPOSE 3000 9464
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["node", "scripts/healthy.mjs"]
ENTRYPOINT ["node"]
CMD ["src/bot/main.ts"]
