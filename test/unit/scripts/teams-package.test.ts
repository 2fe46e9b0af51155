import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { AppManifestUtils } from '@microsoft/app-manifest'
import schema from '@microsoft/app-manifest/build/json-schemas/teams/v1.29/MicrosoftTeams.schema.json' with { type: 'json' }
import { Resvg } from '@resvg/resvg-js'
import { strFromU8, unzipSync } from 'fflate'
import { expect, test } from 'vitest'
import { commandList } from '../../../src/bot/command/command-list.ts'

const appId = 'b07b07b0-2222-4222-8222-000000000002'

/** Runs it in a folder of its own. */
function packed(environment: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'privatelink-package-'))
  try {
    const { PATH = '' } = process.env
    const { status, stderr } = spawnSync(process.execPath, [resolve('scripts/teams-package/main.ts')], {
      cwd: folder,
      env: { PATH, ...environment },
      encoding: 'utf8',
    })
    return { status, stderr, files: status === 0 ? unzipSync(readFileSync(join(folder, 'privatelink-teams.zip'))) : {} }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const text = (files: Readonly<Record<string, Uint8Array>>, name: string) => strFromU8(files[name] ?? new Uint8Array())

/** Width and height of a PNG. */
function sizeOf(png: Uint8Array | undefined): readonly number[] {
  const view = Buffer.from(png ?? [])
  return [view.readUInt32BE(16), view.readUInt32BE(20)]
}

test('the package holds a manifest that Microsoft’s schema takes, for this app id', async () => {
  const { files } = packed({ TEAMS_APP_ID: appId, TEAMS_HOST_NAME: 'privatelink.example.com' })
  expect(Object.keys(files).toSorted()).toEqual(['color.png', 'manifest.json', 'outline.png'])
  const manifest = JSON.parse(text(files, 'manifest.json'))
  expect(await AppManifestUtils.validateAgainstSchema(manifest, schema as never)).toEqual([])
  expect(await AppManifestUtils.validateAgainstSchema({ ...manifest, accentColor: 'blue' }, schema as never)).not.toEqual([])
  expect(manifest).toMatchObject({ id: appId, bots: [{ botId: appId, supportsTargetedMessages: true }] })
  const [{ commandLists }] = manifest.bots
  expect(commandLists[0].triggers).toEqual(['mention', 'slash'])
  expect(commandLists[0].commands.map(({ title }: { title: string }) => title)).toEqual(commandList.map(({ name }) => name))
  for (const { description } of commandLists[0].commands) expect(description.length).toBeLessThanOrEqual(128)
})

test('the icons have the sizes that Teams asks for; the outline is white on nothing', () => {
  const { files } = packed({ TEAMS_APP_ID: appId, TEAMS_HOST_NAME: 'privatelink.example.com' })
  expect(sizeOf(files['color.png'])).toEqual([192, 192])
  expect(sizeOf(files['outline.png'])).toEqual([32, 32])
  const outline = `data:image/png;base64,${Buffer.from(files['outline.png'] ?? []).toString('base64')}`
  const { pixels } = new Resvg(
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="32" height="32"><image width="32" height="32" xlink:href="${outline}"/></svg>`,
  ).render()
  const dots = Array.from({ length: pixels.length / 4 }, (_, index) => [...pixels.subarray(index * 4, index * 4 + 4)])
  const opaque = dots.filter(([, , , alpha = 0]) => alpha === 255)
  expect(dots[0]).toEqual([0, 0, 0, 0])
  expect(opaque.length).toBeGreaterThan(20)
  expect(opaque.every(([red, green, blue]) => red === 255 && green === 255 && blue === 255)).toBe(true)
})

test.each([
  [{ TEAMS_HOST_NAME: 'privatelink.example.com' }, 'TEAMS_APP_ID is not set'],
  [{ TEAMS_APP_ID: 'bot', TEAMS_HOST_NAME: 'privatelink.example.com' }, 'TEAMS_APP_ID must be the app (client) id'],
  [{ TEAMS_APP_ID: appId }, 'TEAMS_HOST_NAME is not set'],
  [{ TEAMS_APP_ID: appId, TEAMS_HOST_NAME: 'https://privatelink.example.com/x' }, 'TEAMS_HOST_NAME must be the name'],
])('%j is refused', (environment: Readonly<Record<string, string>>, words) => {
  const { status, stderr } = packed(environment)
  expect(status).toBe(1)
  expect(stderr).toContain(words)
})
