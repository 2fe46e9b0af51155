/** The licences of what runs in production, from package-lock.json. Packages of other platforms, which are not installed here, are in it too. */

export interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      { readonly dev?: boolean; readonly devOptional?: boolean; readonly license?: string; readonly hasInstallScript?: boolean }
    >
  >
}

/** May be used and passed on with what they ask for: their texts, which npm installs beside the code. All are permissive, but for MPL-2.0, which asks for changed files alone. */
export const allowed: readonly string[] = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MPL-2.0',
]

/** Packages whose licence has no SPDX identifier, with what somebody read in it. */
export const read: Readonly<Record<string, string>> = {
  'dejavu-fonts-ttf': 'Bitstream Vera (fonts; may be passed on unchanged, with their notice)',
}

/** Names of packages by licence, both sorted. A package in several versions is named once. */
export function licencesIn({ packages }: Lock): ReadonlyMap<string, readonly string[]> {
  const all = Object.entries(packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && dev !== true && devOptional !== true)
    .map(([path, { license = 'none' }]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
      return { name, licence: read[name] ?? license }
    })
  const byLicence = Map.groupBy(all, ({ licence }) => licence)
  return new Map([...byLicence].sort().map(([licence, named]) => [licence, [...new Set(named.map(({ name }) => name))].sort()]))
}

export function licencePage(lock: Lock): string {
  const rows = [...licencesIn(lock)].map(([licence, names]) => `| ${licence} | ${names.map((name) => `\`${name}\``).join(' ')} |`)
  return `# Licences

What runs in production is licensed so; \`npm run licences\` writes this page, and a test holds it and the [allowed set](../scripts/licences/licences.ts). Each package brings the text
of its licence. \`npm run sbom\` prints all of it with versions and hashes, as CycloneDX, and marks what only development needs.

| licence | packages |
|---|---|
${rows.join('\n')}
`
}
