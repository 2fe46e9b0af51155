import type { Button } from '../chat/card.ts'

/** The button of a watch that sends its last 24 hours as a picture. */
export function pictureButton(id: string): Button {
  return { verb: 'picture', label: 'Last 24 hours', id, digest: '' }
}
