import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import packageFile from '../package.json' with { type: 'json' }

const { scripts } = packageFile

/** How long a process may take until it says that it is ready, in milliseconds. */
const readyWithinMs = 30_000

export const processNames = ['bot', 'jobs', 'diagnostics'] as const
export type ProcessName = (typeof processNames)[number]

export interface RunningProcess {
  readonly name: ProcessName
  readonly pid: number
  /** Every line that it wrote so far, standard output and standard error. */
  readonly output: readonly string[]
  /** Resolves when it has ended, by itself or not. */
  readonly ended: Promise<void>
  kill(signal: NodeJS.Signals): void
  close(): Promise<void>
}

const root = fileURLToPath(new URL('..', import.meta.url))

/** As `npm run` starts it, without npm in between: signals must reach the process itself. */
function commandOf(name: ProcessName): readonly [string, ...string[]] {
  const [exec, command, ...words] = scripts[name].split(' ').map((word) => (word === 'node' ? process.execPath : word))
  if (exec !== 'exec' || command === undefined) throw new Error(`npm run ${name} is not one command: ${scripts[name]}`)
  return [command, ...words]
}

/** Starts one of the real processes with this environment and nothing else, and waits for its line `"msg":"ready"`. */
export async function startProcess(name: ProcessName, environment: Readonly<Record<string, string>>): Promise<RunningProcess> {
  const [command, ...words] = commandOf(name)
  const child = spawn(command, words, {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output: string[] = []
  const lines = new EventEmitter<{ line: [string] }>()
  lines.on('line', (line) => output.push(line))
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', (line) => lines.emit('line', line))
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const running: RunningProcess = {
    name,
    pid: child.pid ?? 0,
    output,
    ended,
    kill: (signal) => child.kill(signal),
    async close() {
      await stop(child, ended)
    },
  }
  try {
    await ready(lines, ended, name)
  } catch (error) {
    await running.close()
    throw new Error(`${name} did not start: ${error instanceof Error ? error.message : error}\n${output.join('\n')}`)
  }
  return running
}

async function ready(lines: EventEmitter<{ line: [string] }>, ended: Promise<void>, name: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(() => reject(new Error(`not ready after ${readyWithinMs} ms`)), readyWithinMs)
  lines.on('line', (line) => {
    if (line.includes('"msg":"ready"')) resolve()
  })
  ended.then(() => reject(new Error(`${name} ended`)))
  await promise.finally(() => clearTimeout(timer))
}

/** Asks first; a process that does not stop is ended. */
async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return await ended
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
  await ended
  clearTimeout(timer)
}
