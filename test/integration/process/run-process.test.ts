import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'

/** What becomes of a process that cannot start, cannot go on, or does not stop. */

const modules = { process: 'src/process.ts', config: 'src/config.ts', errors: 'src/domain/errors.ts' }

interface Ended {
  readonly status: number | null
  readonly lines: readonly { readonly msg: string; readonly [field: string]: unknown }[]
  readonly errors: string
}

/** Runs a process whose `start` has this body; `signals` are sent, one after the other, when it says that it is ready. */
async function run(
  body: string,
  { graceMs = 5_000, signals = [] as readonly NodeJS.Signals[], configure = '' } = {},
): Promise<Ended> {
  const imports = Object.entries(modules).map(([name, file]) => `import * as ${name} from '${process.cwd()}/${file}'`)
  const program = `${imports.join('\n')}
    await process_.runProcess({
      name: 'test',
      graceMs: ${graceMs},
      configure() { ${configure}; return { config: {}, secrets: ['s3cret-value'], warnings: ['take care'] } },
      async start(_config, log, opened) { ${body} },
    })`.replace('import * as process from', 'import * as process_ from')
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let errors = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const ended = once(child, 'close')
  for (const signal of signals) {
    await expect.poll(() => out, { timeout: 10_000 }).toContain('"msg":"ready"')
    const before = out.length
    child.kill(signal)
    if (signal !== signals.at(-1)) await expect.poll(() => out.length).toBeGreaterThan(before)
  }
  const [status] = await ended
  const lines = out.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
  return { status, lines, errors }
}

const idle = 'setInterval(() => {}, 1000)'
const said = ({ lines }: Ended) => lines.map(({ msg }) => msg)

test('it serves until it is told to stop, and closes what it opened, the last first', async () => {
  const opens = ['one', 'two'].map((name) => `opened.defer(async () => log.info('closed ${name}'))`).join(';')
  const ended = await run(`${opens}; ${idle}; return { port: 1 }`, { signals: ['SIGTERM'] })
  expect(ended).toMatchObject({ status: 0, errors: '' })
  expect(said(ended)).toEqual(['take care', 'ready', 'stopping', 'closed two', 'closed one', 'stopped'])
  expect(ended.lines[1]).toMatchObject({ port: 1 })
})

test('a start that fails half way closes what was opened, and says what to do', async () => {
  const ended = await run(
    `opened.defer(async () => log.info('closed')); ${idle}
     throw new errors.TerminalError('refused', 'It was refused: s3cret-value.', { remedy: 'Ask for access.' })`,
  )
  expect(ended).toMatchObject({ status: 1, errors: '' })
  expect(said(ended)).toEqual(['take care', 'cannot start', 'closed'])
  expect(ended.lines[1]).toMatchObject({ level: 60, remedy: 'Ask for access.', err: { message: 'It was refused: [secret].' } })
})

test('a stop that hangs is forced, and said', async () => {
  const hangs = `opened.defer(() => new Promise(() => {})); ${idle}; return {}`
  const ended = await run(hangs, { graceMs: 200, signals: ['SIGTERM'] })
  expect(ended.status).toBe(1)
  expect(said(ended).slice(-2)).toEqual(['stopping', 'did not stop in time'])
})

test('a second signal ends it at once', async () => {
  const hangs = `opened.defer(() => new Promise(() => {})); ${idle}; return {}`
  const ended = await run(hangs, { graceMs: 60_000, signals: ['SIGTERM', 'SIGINT'] })
  expect(ended.status).toBe(1)
  expect(said(ended).at(-1)).toBe('stopping')
})

test('a close that fails is said', async () => {
  const fails = `opened.defer(async () => { throw new Error('cannot close') }); ${idle}; return {}`
  const ended = await run(fails, { signals: ['SIGINT'] })
  expect(ended.status).toBe(1)
  expect(ended.lines.at(-1)).toMatchObject({ level: 60, msg: 'did not stop cleanly', err: { message: 'cannot close' } })
})

test.each([
  ['a rejection', 'setTimeout(() => Promise.reject(fault))'],
  ['an exception', 'setTimeout(() => { throw fault })'],
])('%s that nobody handles is one line with its remedy', async (_what, later) => {
  const fault = "const fault = new errors.TerminalError('lost', 'It is lost: s3cret-value.', { remedy: 'Restart it.' })"
  const ended = await run(`${fault}; ${later}; ${idle}; return {}`)
  expect(ended).toMatchObject({ status: 1, errors: '' })
  expect(ended.lines.at(-1)).toMatchObject({ level: 60, remedy: 'Restart it.', err: { message: 'It is lost: [secret].' } })
  expect(ended.lines.filter(({ level }) => level === 60)).toHaveLength(1)
})

test('every problem of the configuration is told on standard error, without a line of the log', async () => {
  const configure = "throw new config.ConfigError(['A is not set', 'B is not a number'])"
  const ended = await run(idle, { configure })
  expect(ended).toMatchObject({ status: 1, lines: [] })
  expect(ended.errors).toContain('A is not set')
  expect(ended.errors).toContain('B is not a number')
})
