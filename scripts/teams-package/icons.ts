import { readFileSync } from 'node:fs'
import { Resvg } from '@resvg/resvg-js'

const drawing = readFileSync(new URL('./icon.svg', import.meta.url), 'utf8')

/**
 * The icons of the app as PNG, from one drawing in white: with a background and a wide border, 192×192, and alone on nothing, 32×32.
 * https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package#app-icons
 */
export function icons(): { readonly color: Uint8Array; readonly outline: Uint8Array } {
  // Teams crops the colour icon: what matters is in its middle 96×96.
  const withBorder = drawing.replace('viewBox="0 0 32 32"', 'viewBox="-16 -16 64 64"')
  return {
    color: new Resvg(withBorder, { background: accentColor, fitTo: { mode: 'width', value: 192 } }).render().asPng(),
    outline: new Resvg(drawing, { fitTo: { mode: 'width', value: 32 } }).render().asPng(),
  }
}

export const accentColor = '#1B4F72'
