/**
 * What a key means in the topology. Pure: the graph carries it out, tests ask it directly.
 *
 * Tab reaches one node, then one link; arrows move on from there. Single letters can be switched
 * off (WCAG 2.1.4), everything they do has a menu entry.
 */
import type { Link } from '../../../core/fault'
import { neighbourToward } from '../components/topology/geometry'
import type { Positions } from '../components/topology/geometry'

export type KeyIntent =
  | { readonly kind: 'focusNode'; readonly node: number; readonly select: boolean }
  | { readonly kind: 'focusLink'; readonly link: Link }
  | { readonly kind: 'select' }
  | { readonly kind: 'mark' }
  | { readonly kind: 'menu' }
  | { readonly kind: 'toggleLink'; readonly both: boolean }
  | { readonly kind: 'partition' }
  | { readonly kind: 'scissors' }
  | { readonly kind: 'escape' }
  /** A letter over a node: its list of actions decides. */
  | { readonly kind: 'nodeKey'; readonly node: number }

export interface KeyContext {
  /** What has the focus; both null: the picture itself. */
  readonly node: number | null
  readonly link: Link | null
  readonly positions: Positions
  /** Single letters act. */
  readonly letters: boolean
}

export type PressedKey = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>

const ARROWS = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
} as const

const isArrow = (key: string): key is keyof typeof ARROWS => key in ARROWS

export function keyIntent(event: PressedKey, context: KeyContext): KeyIntent | null {
  const { key } = event
  if (event.ctrlKey || event.metaKey || event.altKey) return null
  const focused = context.node !== null || context.link !== null
  if (key === 'Escape') return { kind: 'escape' }
  if (focused && (key === 'ContextMenu' || (key === 'F10' && event.shiftKey))) {
    return { kind: 'menu' }
  }
  if (isArrow(key)) return event.shiftKey ? null : arrowIntent(ARROWS[key], context)
  if (focused && key === 'Enter') return { kind: 'select' }
  if (focused && key === ' ') return { kind: context.node !== null ? 'mark' : 'select' }
  return context.letters ? letterIntent(event, context) : null
}

function letterIntent(event: PressedKey, context: KeyContext): KeyIntent | null {
  const letter = event.key.toUpperCase()
  if (context.link && letter === 'X') return { kind: 'toggleLink', both: !event.shiftKey }
  if (/^[1-9]$/.test(letter)) {
    const node = Number(letter)
    return context.positions.has(node) ? { kind: 'focusNode', node, select: true } : null
  }
  if (!event.shiftKey && letter === 'P') return { kind: 'partition' }
  if (!event.shiftKey && letter === 'C') return { kind: 'scissors' }
  if (context.node !== null && event.key.length === 1) {
    return { kind: 'nodeKey', node: context.node }
  }
  return null
}

type Direction = (typeof ARROWS)[keyof typeof ARROWS]

function arrowIntent(direction: Direction, context: KeyContext): KeyIntent | null {
  if (context.node !== null) {
    const node = neighbourToward(context.positions, context.node, direction)
    return node === null ? null : { kind: 'focusNode', node, select: false }
  }
  if (context.link) return { kind: 'focusLink', link: nextLink(direction, context.link, context) }
  return null
}

/** Left and right: the links of the same sender, one after another. Up and down: the way back. */
function nextLink(direction: Direction, link: Link, context: KeyContext): Link {
  if (direction === 'up' || direction === 'down') return { from: link.to, to: link.from }
  const others = [...context.positions.keys()].filter((node) => node !== link.from)
  const step = direction === 'right' ? 1 : others.length - 1
  const to = others[(others.indexOf(link.to) + step) % others.length] ?? link.to
  return { from: link.from, to }
}
