import { chmodSync, existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ProcessName, processNames } from '../../../sandbox/processes.ts'
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.ts'
import { composeFile } from '../../compose-file.ts'
import { made, openDesk, quick, whole } from '../../e2e/house.ts'
import { type Builder, obstacle, runImage, type Started, startBuilder } from './image.ts'

/** The images are built, and run as docker-compose.yml says. */

const why = obstacle()
if (why !== undefined) console.error(`\n  NO IMAGE WAS BUILT: ${why}. The Dockerfile is only linted here.\n`)

describe.skipIf(why !== undefined)('the image', { timeout: 600_000 }, () => {
  let builder: Builder
  beforeAll(() => {
    builder = startBuilder()
    builder.build('product')
  }, 600_000)
  afterAll(() => builder.close(), 120_000)

  test('holds the product, without what it is developed with, and says how it is run', () => {
    const { root, config } = builder.open('product')
    console.error(`\n  The image has ${Math.round(builder.size('product') / 1e6)} MB, its base included.\n`)
    const held = readdirSync(join(root, 'app')).filter((name) => name !== 'compiled')
    expect(held.sort()).toEqual(['LICENSE', 'node_modules', 'package.json', 'scripts', 'src'])
    for (const tool of ['vitest', 'typescript', '@biomejs/biome', 'node'])
      expect(existsSync(join(root, 'app/node_modules', tool))).toBe(false)
    expect(config).toMatchObject({ User: 'node', Entrypoint: ['node'], WorkingDir: '/app' })
    expect(config.Healthcheck?.Test).toEqual(['CMD', 'node', 'scripts/healthy.mjs'])
  })

  test('its three processes carry out a setup and stop when they are told', async () => {
    const { root, config } = builder.open('product')
    const sandbox = await startSandbox({ latencies: quick })
    const started = processNames.map((name) => start(name, sandbox, root, config))
    const desk = openDesk(sandbox)
    try {
      for (const { lines } of started) await expect.poll(() => lines.join('\n'), { timeout: 30_000 }).toContain('"msg":"ready"')
      expect(await health(root, config, sandbox)).toBe(0)
      const request = await desk.ask('analytics-prod')
      await desk.approve(request)
      expect((await desk.settled(request.id, ['done', 'failed'])).state).toBe('done')
      expect(made(sandbox)).toEqual(whole)
      for (const { signal } of started) signal('SIGTERM')
      expect(await Promise.all(started.map(({ ended }) => ended))).toEqual([0, 0, 0])
      expect(await health(root, config, sandbox)).toBe(1)
    } catch (error) {
      for (const { lines } of started) console.error(lines.slice(-10).join('\n'))
      throw error
    } finally {
      for (const { end } of started) end()
      await desk.close()
      await sandbox.close()
    }
  })

  test('the simulated world plays the tour without a network', async () => {
    builder.build('sandbox')
    const { root, config } = builder.open('sandbox')
    const played = runImage({
      root,
      workingDir: config.WorkingDir,
      command: [...config.Entrypoint, ...config.Cmd, '--tour'],
      environment: settings(config.Env),
      offline: true,
    })
    const status = await played.ended
    if (status !== 0) console.error(played.lines.slice(-20).join('\n'))
    expect(status).toBe(0)
    expect(played.lines.join('\n')).toContain('Everything in the story happened')
  })
})

type Config = ReturnType<Builder['open']>['config']

function settings(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
}

function start(name: ProcessName, sandbox: Sandbox, root: string, config: Config): Started {
  // The process is not root.
  chmodSync(dirname(sandbox.configPath), 0o755)
  const { command = [] } = composeFile().services[name] ?? {}
  return runImage({
    root,
    workingDir: config.WorkingDir,
    command: [...config.Entrypoint, ...command],
    // The port of the metrics is one for each container: here they share a machine.
    environment: { ...settings(config.Env), METRICS_PORT: '', ...sandbox.environment(name) },
    folder: dirname(sandbox.configPath),
  })
}

/** The exit status of the image's health check, for the bot. */
async function health(root: string, config: Config, { botUrl }: Sandbox): Promise<number | null> {
  const environment = { ...settings(config.Env), METRICS_PORT: '', PORT: new URL(botUrl).port }
  const command = (config.Healthcheck?.Test ?? []).slice(1)
  return await runImage({ root, workingDir: config.WorkingDir, command, environment }).ended
}
