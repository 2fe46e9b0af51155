import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { doctor } from '../../../src/doctor/doctor.ts'

export interface Finding {
  readonly group: string
  readonly code: string
  readonly level: 'ok' | 'warn' | 'fail' | 'skipped'
  readonly text: string
  readonly remedy?: string
}

export interface Ran {
  readonly status: number | null
  readonly out: string
  readonly errors: string
  /** With `--json`. */
  readonly findings: readonly Finding[]
  readonly results: readonly Finding[]
}

type Environment = Readonly<Record<string, string>>

/** The command itself, in this environment and no other. */
export async function runDoctor(environment: Environment, ...args: readonly string[]): Promise<Ran> {
  const env = { PATH: process.env.PATH ?? '', NODE_COMPILE_CACHE: 'node_modules/.cache/compile', ...environment }
  const child = spawn(process.execPath, ['src/doctor/main.ts', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const status = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { status: await status, out, errors, ...told(out, args) }
}

/**
 * What the command does, in this process: most of its time is the start. Certificates of `NODE_EXTRA_CA_CERTS`, and tokens that libraries keep for the whole
 * process, are beyond it.
 */
export async function askDoctor(environment: Environment, ...args: readonly string[]): Promise<Ran> {
  const own = { ...process.env }
  replaceEnvironment({ PATH: own.PATH, ...environment })
  try {
    const ran = await doctor(args, { colour: false })
    return { ...ran, ...told(ran.out, args) }
  } finally {
    replaceEnvironment(own)
  }
}

function replaceEnvironment(next: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, next)
}

function told(out: string, args: readonly string[]): Pick<Ran, 'findings' | 'results'> {
  const { findings = [], results = [] } = args.includes('--json') && out !== '' ? JSON.parse(out) : {}
  return { findings, results }
}

/** `code: text`, of faults and warnings. */
export function codesOf(results: readonly { readonly code: string; readonly level: string }[]): readonly string[] {
  return results.filter(({ level }) => level === 'fail' || level === 'warn').map(({ code }) => code)
}
