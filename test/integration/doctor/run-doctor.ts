import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

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

/** The command itself, in this environment and no other. */
export async function runDoctor(environment: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ran> {
  const env = { PATH: process.env.PATH ?? '', ...environment }
  const child = spawn(process.execPath, ['src/doctor/main.ts', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const status = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
  const { findings = [], results = [] } = args.includes('--json') && out !== '' ? JSON.parse(out) : {}
  return { status: await status, out, errors, findings, results }
}

/** `code: text`, of faults and warnings. */
export function codesOf(results: readonly { readonly code: string; readonly level: string }[]): readonly string[] {
  return results.filter(({ level }) => level === 'fail' || level === 'warn').map(({ code }) => code)
}
