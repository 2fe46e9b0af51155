import type { Fields } from './rule.ts'
import { boolean, byType, either, list, matching, nonEmpty, nullOr, object, oneOf, string, stringOr } from './rule.ts'
import { httpsLink, picture } from './urls.ts'
import type { Nested } from './vocabulary.ts'
import { blockHeight, elementFields, horizontalAlignment, pixels, verticalAlignment } from './vocabulary.ts'

const size = oneOf('auto', 'stretch', 'small', 'medium', 'large')
const color = matching(/^#([\da-f]{6}|[\da-f]{8})$/i, 'a color such as #80FF0000')

/** What lies behind a card, a container, a column or a cell. */
export const backgroundImage = stringOr(
  picture,
  object({
    type: 'BackgroundImage',
    required: { url: picture },
    optional: {
      fillMode: oneOf('cover', 'repeatHorizontally', 'repeatVertically', 'repeat'),
      horizontalAlignment,
      verticalAlignment,
    },
  }),
)

const mediaSource = object({ type: 'MediaSource', required: { mimeType: nonEmpty, url: httpsLink } })

/** `Image`, `ImageSet` and `Media`. */
export function pictureElements(nested: Nested) {
  const common = elementFields(nested)
  const image = object({
    required: { url: picture },
    optional: {
      ...common,
      altText: string,
      backgroundColor: color,
      height: either(pixels, blockHeight),
      horizontalAlignment: nullOr(horizontalAlignment),
      // https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format
      msteams: object({ optional: { allowExpand: boolean } }),
      selectAction: nested.selectAction,
      size,
      style: oneOf('default', 'person'),
      width: pixels,
    },
  })
  return {
    Image: image,
    ImageSet: object({
      required: { images: list(byType({ Image: image })) },
      optional: { ...common, imageSize: size },
    }),
    Media: object({
      required: { sources: list(mediaSource, { min: 1 }) },
      optional: { ...common, altText: string, poster: picture },
    }),
  } satisfies Fields
}
