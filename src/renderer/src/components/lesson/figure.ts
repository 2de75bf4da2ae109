/** The figure of a lesson: a picture that was pinned, or an SVG or PNG file. */
import { FIGURE_CHARS_MAX } from '../../../../shared/lessonResult'
import type { LessonFigure } from '../../../../shared/lessonResult'
import { isSvg } from '../../../../shared/pins'
import type { Pin } from '../../../../shared/pins'

const NAME_CHARS_MAX = 200
/** How a PNG file begins, in base64. */
const PNG_BASE64 = 'iVBORw0KGgo'

export function figureOfPin({ title, svg }: Pin): LessonFigure {
  return { name: title, type: 'image/svg+xml', data: svg }
}

/** A text: why it cannot be one. */
export async function figureOfFile(file: File): Promise<LessonFigure | string> {
  const name = file.name.slice(-NAME_CHARS_MAX)
  if (file.size > FIGURE_CHARS_MAX) return `${name} is larger than a figure may be.`
  const text = await file.text()
  if (isSvg(text)) return { name, type: 'image/svg+xml', data: text }
  const data = base64Of(new Uint8Array(await file.arrayBuffer()))
  if (!data.startsWith(PNG_BASE64)) return `${name} is neither an SVG nor a PNG picture.`
  if (data.length > FIGURE_CHARS_MAX) return `${name} is larger than a figure may be.`
  return { name, type: 'image/png', data }
}

export function pictureOf({ type, data }: LessonFigure): string {
  const text = type === 'image/png' ? `base64,${data}` : `charset=utf-8,${encodeURIComponent(data)}`
  return `data:${type};${text}`
}

function base64Of(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}
