import { readFileSync } from 'node:fs'
import type { z } from 'zod'

/** Everything that is wrong with the configuration, at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map((line) => `  ${line}`).join('\n')}`,
    )
    this.problems = problems
  }
}

export type Environment = Readonly<Record<string, string | undefined>>

/** The variables of a process. Every problem goes to `problems`; it names the variable, and never its value. */
export interface Variables {
  readonly problems: string[]
  /** The value of a variable, or of the file that `NAME_FILE` leads to; undefined when it is empty, not set, or could not be read. */
  value(name: string): string | undefined
  /** The same for a variable of which only the configuration file knows that it holds a secret. */
  secret(name: string): string | undefined
  /** Whether it, or its file, is named at all: also when that cannot be read. */
  isSet(name: string): boolean
  /** The valid values, or undefined. A variable whose file could not be read is not called missing besides. */
  read<Schema extends z.ZodType>(schema: Schema): z.infer<Schema> | undefined
}

/** `secrets`: names of the variables whose value may lie in a file, at the path that `NAME_FILE` holds. */
export function variablesIn(environment: Environment, secrets: readonly string[]): Variables {
  const problems: string[] = []
  const faulty = new Set<string>()
  const known = new Map<string, string>()
  for (const [name, value = ''] of Object.entries(environment)) if (value !== '') known.set(name, value)
  const fault = (name: string, problem: string): void => {
    faulty.add(name)
    known.delete(name)
    problems.push(problem)
  }
  const read = new Set<string>()
  const readFile = (name: string): void => {
    if (read.has(name)) return
    read.add(name)
    const path = known.get(`${name}_FILE`)
    if (path === undefined) return
    const content = contentOf(path)
    if (known.has(name)) fault(name, `${name} and ${name}_FILE are both set: keep one of them`)
    else if ('problem' in content) fault(name, `${name}_FILE: ${path} ${content.problem}`)
    else known.set(name, content.secret)
  }
  for (const name of secrets) readFile(name)
  return {
    problems,
    value: (name) => known.get(name),
    secret(name) {
      readFile(name)
      return known.get(name)
    },
    isSet: (name) => known.has(name) || faulty.has(name),
    read(schema) {
      const result = schema.safeParse(Object.fromEntries(known))
      if (result.success) return result.data
      const issues = result.error.issues.filter(({ path }) => !faulty.has(String(path[0])))
      problems.push(...issues.map(({ path, message }) => `${path.join('.')} ${message}`))
      return undefined
    },
  }
}

/** What a secret's file holds, without the line breaks at its end, or what is wrong with the file. */
function contentOf(path: string): { readonly secret: string } | { readonly problem: string } {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error ? Reflect.get(error, 'code') : undefined
    return { problem: `cannot be read (${code}): ${remedies[String(code)] ?? 'check the path'}` }
  }
  const secret = text.replace(/[\r\n]+$/, '')
  if (secret.trim() === '') return { problem: 'is empty: write the secret into it' }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (/[\x00-\x1f\x7f\ufeff\ufffd]/.test(secret))
    return { problem: 'holds more than one line of text: write the secret into it, and nothing else' }
  return { secret }
}

const remedies: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; check the path, and that the secret is mounted',
  EACCES: 'let the user of this process read it',
  EISDIR: 'it is a folder; name the file in it',
}
