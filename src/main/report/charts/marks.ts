/** Marks that name a node by shape and colour: ● ▲ ■ ◆ ✚, from the sixth node on again. */
import { svg } from '../markup'
import type { Markup } from '../markup'
import type { Key } from './frame'
import { px } from './frame'

const SHAPES = [
  (r: number) => `m${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`,
  (r: number) => `m0 ${-r * 1.15}l${r * 1.1} ${r * 2}h${-r * 2.2}z`,
  (r: number) => `m${-r * 0.9} ${-r * 0.9}h${r * 1.8}v${r * 1.8}h${-r * 1.8}z`,
  (r: number) =>
    `m0 ${-r * 1.25}l${r * 1.25} ${r * 1.25}l${-r * 1.25} ${r * 1.25}l${-r * 1.25} ${-r * 1.25}z`,
  (r: number) =>
    `m${-r * 0.4} ${-r * 1.15}h${r * 0.8}v${r * 0.75}h${r * 0.75}` +
    `v${r * 0.8}h${-r * 0.75}v${r * 0.75}` +
    `h${-r * 0.8}v${-r * 0.75}h${-r * 0.75}v${-r * 0.8}h${r * 0.75}z`,
]

/** A path around this point. */
export function markAt(node: number, x: number, y: number, radius: number): string {
  const shape = SHAPES[(node - 1) % SHAPES.length] ?? SHAPES[0]
  const rounded = (shape?.(radius) ?? '').replaceAll(/-?\d*\.\d+/g, (text) => `${px(Number(text))}`)
  return `M${px(x)} ${px(y)}${rounded}`
}

export function nodeKey(node: number): Key {
  return {
    name: `N${node}`,
    mark: svg`<svg viewBox="0 0 22 10" class="n${node}" aria-hidden="true"><path class="mark"
      d="${markAt(node, 14, 5, 4)}"/></svg>`,
  }
}

/** The mark of a node within text. */
export function nodeMark(node: number): Markup {
  return svg`<svg width="12" height="12" viewBox="0 0 12 12" class="n${node}" aria-hidden="true"
    ><path class="mark" d="${markAt(node, 6, 6, 4)}"/></svg>`
}

/** Dashes part the lines of nodes that have the same colour or lie upon each other. */
export function nodeDash(node: number): string {
  return node > 5 ? 'dash3' : ''
}
