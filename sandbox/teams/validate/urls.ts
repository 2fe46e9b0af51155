import type { Rule } from './rule.ts'

/** Bytes of a picture inside a card. https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format */
const mostPictureBytes = 1_024 * 1_024

const pictureData = /^data:image\/(png|jpe?g|gif);base64,((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/

/** Links of this kind run a program in the reader's client, or show what nobody serves. */
const refusedSchemes = new Set(['javascript:', 'data:', 'file:', 'vbscript:'])

/** A complete address: a card has no page that a relative one could begin at. */
export const link: Rule = (value, at, report) => {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined) report(`${at} must be a complete URL`)
  else if (refusedSchemes.has(url.protocol)) report(`${at} must not be a ${url.protocol} URL`)
}

export const httpsLink: Rule = (value, at, report) => {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  if (url?.protocol !== 'https:') report(`${at} must be an https URL`)
}

/** The address of a picture, or the picture itself in base64: PNG, JPEG or GIF. */
export const picture: Rule = (value, at, report) => {
  if (typeof value !== 'string' || !value.startsWith('data:')) return httpsLink(value, at, report)
  const base64 = pictureData.exec(value)?.[2]
  if (base64 === undefined || base64 === '') report(`${at} must be a PNG, JPEG or GIF in base64`)
  else if (Buffer.byteLength(base64, 'base64') >= mostPictureBytes) report(`${at} is a picture of 1 MB or more`)
}
