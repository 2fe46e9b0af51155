import { z } from 'zod'
import { ArmError } from './errors.ts'
import { place } from './resource-id.ts'

export const reference = z.object({ id: z.string() })

const tagLimit = { count: 50, name: 512, value: 256 }

/** What every resource may carry besides its properties; ids, names and types in a body are those of a read that is sent back. */
export const envelope = {
  id: z.string().optional(),
  name: z.string().optional(),
  type: z.string().optional(),
  etag: z.string().optional(),
  location: z.string().optional(),
  tags: z.record(z.string(), z.string()).nullish(),
}

/** @throws ArmError 400 in the words of Microsoft.Network: what cannot be parsed, and where. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const details = parsed.error.issues.map(({ message, path }) => ({
    code: 'InvalidJson',
    message: `${message} Path '${path.join('.')}'.`,
  }))
  throw new ArmError(400, 'InvalidRequestFormat', 'Cannot parse the request.', { details })
}

/** @throws ArmError 400 when a body has no location. */
export function requireLocation(location: string | undefined): string {
  if (location) return location
  throw new ArmError(400, 'LocationRequired', 'The location property is required for this definition.')
}

/** Zones and their links are in no region. */
export function requireGlobal(location: string | undefined, type: string): void {
  const given = requireLocation(location)
  if (place(given) === 'global') return
  throw new ArmError(
    400,
    'LocationNotAvailableForResourceType',
    `The provided location '${given}' is not available for resource type '${type}'. List of available regions for the resource type is 'global'.`,
  )
}

/** Resource Manager's limits on tags. */
export function checkTags(tags: Record<string, string> | null | undefined): Record<string, string> {
  const entries = Object.entries(tags ?? {})
  if (entries.length > tagLimit.count) throw invalidTags(`The number of tags is over ${tagLimit.count}.`)
  for (const [name, value] of entries) {
    if (name === '' || name.length > tagLimit.name)
      throw invalidTags(`The tag name '${name}' must have 1 to ${tagLimit.name} characters.`)
    if (/[<>%&\\?/]/.test(name)) throw invalidTags(`The tag name '${name}' has reserved characters '<,>,%,&,\\,?,/'.`)
    if (value.length > tagLimit.value) throw invalidTags(`The value of tag '${name}' is over ${tagLimit.value} characters.`)
  }
  return Object.fromEntries(entries)
}

/** Zones and links take fewer tags, and no spaces, parentheses or leading digits in their names. */
export function checkDnsTags(tags: Record<string, string> | null | undefined): Record<string, string> {
  const checked = checkTags(tags)
  const names = Object.keys(checked)
  if (names.length > 15) throw invalidTags('The number of tags is over 15.')
  const bad = names.find((name) => /[\s()]|^\d/.test(name))
  if (bad !== undefined) throw invalidTags(`The tag name '${bad}' has characters that DNS resources do not take.`)
  return checked
}

/** Resource names: letters, digits, underscores, periods and hyphens, from a letter or digit to a letter, digit or underscore. */
export function checkName(name: string, { min, max }: { min: number; max: number }): void {
  if (name.length >= min && name.length <= max && /^[a-z0-9]([\w.-]*[a-z0-9_])?$/i.test(name)) return
  throw new ArmError(
    400,
    'InvalidResourceName',
    `Resource name ${name} is invalid. The name can be up to ${max} characters long. It must begin with a word character, and it must end with a word character or with '_'. The name may contain word characters or '.', '-', '_'.`,
  )
}

function invalidTags(message: string): ArmError {
  return new ArmError(400, 'InvalidTag', message)
}
