/**
 * Pins: pictures and figures that a person keeps with a run, for its report. They lie in
 * `pins.json` in the directory of the run, in the order in which the report shows them.
 *
 * Units:  ms of lab time, bytes of UTF-8.
 * Limits: PINS_MAX pins, PIN_BYTES_MAX a picture, PINS_BYTES_MAX all of them.
 * Errors: FrameError that names the field.
 */
import { Fields } from './fields'
import { FrameError } from './frame'

export const PINS_FILE = 'pins.json'
export const PINS_MAX = 40
/** Well below what a message of a window may have. */
export const PIN_BYTES_MAX = 384 * 1024
export const PINS_BYTES_MAX = 4 * 1024 * 1024
const ROWS_MAX = 40
const TITLE_CHARS_MAX = 200
const CAPTION_CHARS_MAX = 2000
const ROW_CHARS_MAX = 200

export type PinRow = readonly [name: string, value: string]

export interface PinDraft {
  readonly title: string
  /** What is seen, in a sentence or in values. */
  readonly caption: string
  readonly fromMs: number
  readonly toMs: number
  /** The moment that the pictures showed; null: the newest one. */
  readonly atMs: number | null
  /** A whole SVG document; empty: figures only. */
  readonly svg: string
  readonly rows: readonly PinRow[]
}

export interface Pin extends PinDraft {
  /** `p1`, `p2`, and so on; a number is used once in a run. */
  readonly id: string
  /** ISO 8601. */
  readonly pinnedAt: string
}

export function printPins(pins: readonly Pin[]): string {
  const lines = pins.map((pin) => `    ${JSON.stringify(pin)}`).join(',\n')
  return `{\n  "version": 1,\n  "pins": [${lines === '' ? '' : `\n${lines}\n  `}]\n}\n`
}

/** @throws FrameError */
export function parsePins(text: string, where = PINS_FILE): Pin[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new FrameError(`${where} is not JSON: ${reason}`)
  }
  const fields = Fields.of(value, where)
  const version = fields.raw('version')
  if (version !== 1) throw new FrameError(`${where}.version is ${String(version)}, not 1`)
  return fields.list('pins', PINS_MAX, (pin, at) => parsePin(Fields.of(pin, at)))
}

function parsePin(pin: Fields): Pin {
  const svg = pin.text('svg', PIN_BYTES_MAX)
  if (svg !== '' && !isSvg(svg)) throw new FrameError(`${pin.where}.svg is no SVG document`)
  return {
    id: pin.text('id', 20),
    pinnedAt: pin.text('pinnedAt', 40),
    title: pin.text('title', TITLE_CHARS_MAX),
    caption: pin.text('caption', CAPTION_CHARS_MAX),
    fromMs: pin.number('fromMs'),
    toMs: pin.number('toMs'),
    atMs: pin.raw('atMs') === null ? null : pin.number('atMs'),
    svg,
    rows: pin.list('rows', ROWS_MAX, (row, where): PinRow => {
      const cell = (at: number): string => {
        const text: unknown = Array.isArray(row) ? row[at] : undefined
        if (typeof text === 'string' && text.length <= ROW_CHARS_MAX) return text
        throw new FrameError(`${where}[${at}] is no text of at most ${ROW_CHARS_MAX} characters`)
      }
      return [cell(0), cell(1)]
    }),
  }
}

/** As far as a look at its beginning tells; a report shows it as an image, which runs nothing. */
export function isSvg(text: string): boolean {
  return /^\s*(<\?xml[^>]*\?>\s*)?<svg[\s>]/.test(text)
}

export const PIN_LIMITS = {
  titleCharsMax: TITLE_CHARS_MAX,
  captionCharsMax: CAPTION_CHARS_MAX,
  rowCharsMax: ROW_CHARS_MAX,
  rowsMax: ROWS_MAX,
} as const
