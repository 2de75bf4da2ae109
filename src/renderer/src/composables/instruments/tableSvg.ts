/** The figures of an instrument as a picture, where what it shows is no drawing: a table in SVG. */
const ROW_PX = 20
const HEAD_PX = 48
const PAD_PX = 12
const GAP_PX = 16
const CHAR_PX = 7.3
const CELL_CHARS_MAX = 60
/** A longer table is no picture any more; the CSV file has them all. */
export const PICTURE_ROWS_MAX = 100

export interface TablePicture {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
  readonly ground: string
  readonly ink: string
}

export function tableSvg({ title, columns, rows, ground, ink }: TablePicture): string {
  const shown = rows.slice(0, PICTURE_ROWS_MAX).map((row) => row.map((cell) => cut(String(cell))))
  const widths = columns.map((name, at) => {
    const chars = Math.max(name.length, ...shown.map((row) => (row[at] ?? '').length))
    return chars * CHAR_PX
  })
  const lefts = widths.map((_, at) => {
    return PAD_PX + widths.slice(0, at).reduce((sum, width) => sum + width + GAP_PX, 0)
  })
  const left = rows.length - shown.length
  const lines = shown.length + (left > 0 ? 1 : 0)
  const wide = (lefts.at(-1) ?? PAD_PX) + (widths.at(-1) ?? 0) + PAD_PX
  const width = Math.ceil(Math.max(wide, title.length * CHAR_PX + 2 * PAD_PX))
  const height = HEAD_PX + lines * ROW_PX + PAD_PX
  const cells = [columns.map(cut), ...shown].flatMap((row, line) =>
    row.map((cell, at) => {
      const weight = line === 0 ? ' font-weight="600"' : ''
      const y = HEAD_PX + line * ROW_PX - 6
      return `<text x="${lefts[at] ?? PAD_PX}" y="${y}"${weight}>${escaped(cell)}</text>`
    }),
  )
  const more = `<text x="${PAD_PX}" y="${height - PAD_PX}">and ${left} more rows</text>`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">`,
    `<rect width="100%" height="100%" fill="${escaped(ground)}"/>`,
    `<g font-family="monospace" font-size="12" fill="${escaped(ink)}" xml:space="preserve">`,
    `<text x="${PAD_PX}" y="18" font-weight="600">${escaped(title)}</text>`,
    ...cells,
    ...(left > 0 ? [more] : []),
    '</g></svg>',
  ].join('')
}

function cut(cell: string): string {
  return cell.length > CELL_CHARS_MAX ? `${cell.slice(0, CELL_CHARS_MAX - 1)}…` : cell
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
])

function escaped(text: string): string {
  // What XML 1.0 cannot hold would spoil the whole file.
  const whole = text.replaceAll(/[^\t\u0020-\uD7FF\uE000-\uFFFD]/gu, '\uFFFD')
  return whole.replaceAll(/[&<>"]/g, (letter) => ENTITIES.get(letter) ?? letter)
}
