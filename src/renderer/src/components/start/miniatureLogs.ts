/** Small drawings of what is held: slots of a log, votes, records on a disk. */
import { box, chosenMark, FIELD, path, text } from './shapes'
import type { Shape } from './shapes'

type Cell = 'held' | 'open' | 'noop' | 'chosen'

const CELL_PX = 24

/** Slots from `first` on, side by side, with their numbers above. */
function cells(first: number, kinds: readonly Cell[], left: number, top: number): Shape[] {
  return kinds.flatMap((kind, index) => [
    box(`cell cell-${kind}`, left + index * (CELL_PX + 4), top, CELL_PX, CELL_PX),
    text(
      'muted-words',
      left + index * (CELL_PX + 4) + CELL_PX / 2,
      top - 6,
      `${first + index}`,
      'middle',
    ),
  ])
}

/** Three slots that a new leader does not know, filled with no-ops. */
export function gap(): Shape[] {
  return [
    ...cells(133, ['held', 'held', 'open', 'open', 'open', 'held', 'held'], 22, 30),
    path('line phase1', 'M78 62v6H158v-6'),
    text('words', 118, 84, 'one prepare asks', 'middle'),
    text('muted-words', 118, 100, 'no-ops fill the gap', 'middle'),
  ]
}

/** A slot is chosen before the one below it; it waits. */
export function pipeline(): Shape[] {
  return [
    ...cells(139, ['held', 'held', 'open', 'chosen', 'chosen'], 82, 26),
    text('words', 72, 42, 'chosen', 'end'),
    text('words', 72, 80, 'applied', 'end'),
    ...[0, 1].map((index) => box('cell cell-held', 82 + index * 28, 64, CELL_PX, CELL_PX)),
    ...[2, 3, 4].map((index) => box('cell cell-none', 82 + index * 28, 64, CELL_PX, CELL_PX)),
    text('warn-words', 180, 102, '142 waits', 'middle'),
  ]
}

/** One vote for each of three values; the line is two. */
export function threeValues(): Shape[] {
  const bars = [
    { node: 1, name: 'red' },
    { node: 2, name: 'green' },
    { node: 3, name: 'blue' },
  ]
  return [
    path('line dash quorum', `M30 32H${FIELD.width - 30}`),
    text('muted-words', FIELD.width - 30, 26, 'quorum', 'end'),
    ...bars.flatMap(({ node, name }, index) => [
      box(`bar s${node}`, 54 + index * 50, 56, 28, 28),
      text('words', 68 + index * 50, 100, name, 'middle'),
    ]),
    path('grid-line', `M30 84.5H${FIELD.width - 30}`),
  ]
}

/** Most hold v; w is what is chosen. */
export function valueMajority(): Shape[] {
  const rows = [
    { node: 1, value: 'v', ballot: '1.1' },
    { node: 2, value: 'v', ballot: '2.2' },
    { node: 3, value: 'w', ballot: '3.3' },
  ]
  return [
    ...rows.flatMap(({ node, value, ballot }, index) => [
      text(`node-words s${node}`, 26, 26 + index * 22, `N${node}`),
      text('muted-words', 62, 26 + index * 22, ballot),
      text('strong-words', 100, 26 + index * 22, value),
      path('grid-line', `M20 ${33 + index * 22}.5H124`),
    ]),
    text('bad-words', 150, 32, 'count: v'),
    text('ok-words', 150, 66, 'chosen: w'),
    ...chosenMark(138, 62),
    path('lost-bar', 'M134 32l8-8M134 24l8 8'),
    text('muted-words', 20, 100, 'equal values, other ballots'),
  ]
}

/** Records behind the last flush are gone with the power. */
export function amnesia(): Shape[] {
  const record = (index: number, words: string, look: string): Shape[] => [
    box(`cell ${look}`, 16 + index * 38, 22, 34, 26),
    text(look === 'cell-gone' ? 'bad-words' : 'words', 33 + index * 38, 39, words, 'middle'),
  ]
  return [
    ...record(0, '9.1', 'cell-none'),
    ...record(1, '9.1', 'cell-none'),
    ...record(2, '12.3', 'cell-gone'),
    ...record(3, '12.3', 'cell-gone'),
    path('line thick ink', 'M90 14V58'),
    path('line thick refuse', 'M170 14V58'),
    text('muted-words', 94, 74, 'flushed', 'end'),
    text('bad-words', 102, 74, 'forgotten'),
    text('bad-words', 178, 40, 'power'),
    text('warn-words', 16, 100, 'unsafe on purpose'),
  ]
}
