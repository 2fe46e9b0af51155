import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { parse } from 'yaml'
import { z } from 'zod'

/** `docker-compose.yml` as Docker reads it: merged, and with variables put in. https://docs.docker.com/reference/compose-file/interpolation/ */

type Variables = Readonly<Record<string, string | undefined>>

const serviceSchema = z.object({
  image: z.string(),
  build: z.object({ target: z.string() }).optional(),
  pull_policy: z.string().optional(),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  profiles: z.array(z.string()),
  secrets: z.array(z.string()).default([]),
  configs: z.array(z.object({ source: z.string(), target: z.string() })).default([]),
  networks: z.array(z.string()).default([]),
  network_mode: z.string().optional(),
  ports: z.array(z.object({ target: z.string(), published: z.string(), host_ip: z.string() })).default([]),
  volumes: z.array(z.string()).default([]),
  tmpfs: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string(), restart: z.boolean() })).default({}),
  healthcheck: z.object({ test: z.array(z.string()) }),
  container_name: z.string().optional(),
  privileged: z.boolean().optional(),
  cap_add: z.array(z.string()).optional(),
  init: z.boolean(),
  restart: z.string(),
  read_only: z.boolean(),
  cap_drop: z.array(z.string()),
  security_opt: z.array(z.string()),
  user: z.string(),
  mem_limit: z.string(),
  pids_limit: z.number(),
  stop_grace_period: z.string(),
})

const fileSchema = z.object({
  services: z.record(z.string(), serviceSchema),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
  networks: z.record(z.string(), z.object({ internal: z.boolean().optional() })),
})
export type ComposeFile = z.infer<typeof fileSchema>
export type Service = z.infer<typeof serviceSchema>

/** The settings that the project ships in `.env`. */
export const shipped: Variables = parseEnv(readFileSync('.env', 'utf8'))

/** Throws where a service lacks what every service must have, e.g. a health check. */
export function composeFile(variables: Variables = shipped): ComposeFile {
  return fileSchema.parse(interpolate(parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }), variables))
}

function interpolate(value: unknown, variables: Variables): unknown {
  if (typeof value === 'string') return putIn(value, variables)
  if (Array.isArray(value)) return value.map((item) => interpolate(item, variables))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, interpolate(item, variables)]))
}

/** `${NAME:-default}` where it is empty or not set, `${NAME:+replacement}` where it is neither. */
function putIn(text: string, variables: Variables): string {
  return text.replaceAll(/\$\{(\w+):([-+])([^}]*)\}/g, (_, name: string, sign: string, word: string) => {
    const value = variables[name] ?? ''
    if (sign === '-') return value === '' ? word : value
    return value === '' ? '' : word
  })
}
