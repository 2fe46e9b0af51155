import { writeFileSync } from 'node:fs'
import { strToU8, zipSync } from 'fflate'
import { z } from 'zod'
import packageFile from '../../package.json' with { type: 'json' }
import { icons } from './icons.ts'
import { manifestOf } from './manifest.ts'

/**
 * `npm run teams:package`: writes the app package that an administrator uploads to Teams. Reads TEAMS_APP_ID and TEAMS_HOST_NAME from the environment.
 * Exit status 1 when one of them is missing or wrong.
 */

const environment = z.object({
  TEAMS_APP_ID: z.guid('must be the app (client) id of the bot, a UUID'),
  TEAMS_HOST_NAME: z.hostname('must be the name by which Teams reaches the bot, e.g. privatelink.example.com'),
})
const file = 'privatelink-teams.zip'

const values = environment.safeParse(process.env)
if (!values.success) {
  for (const { path, message } of values.error.issues)
    console.error(`${path.join('.')} ${process.env[String(path[0])] === undefined ? `is not set: it ${message}` : message}`)
  process.exit(1)
}
const { TEAMS_APP_ID: appId, TEAMS_HOST_NAME: hostName } = values.data
const manifest = manifestOf({ appId, hostName, version: packageFile.version })
const { color, outline } = icons()
writeFileSync(
  file,
  zipSync({ 'manifest.json': strToU8(JSON.stringify(manifest, undefined, 2)), 'color.png': color, 'outline.png': outline }),
)
console.log(
  `${file} is written, for the bot at https://${hostName}/api/messages. Upload it in the Teams admin center, or in Teams under Apps → Manage your apps.`,
)
