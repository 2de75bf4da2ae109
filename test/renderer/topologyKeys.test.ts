import { describe, expect, it } from 'vitest'
import { circleLayout } from '../../src/renderer/src/components/topology/geometry'
import { keyIntent } from '../../src/renderer/src/composables/topologyKeys'
import type { KeyContext, PressedKey } from '../../src/renderer/src/composables/topologyKeys'

const positions = circleLayout([1, 2, 3, 4, 5], { width: 480, height: 440 })
const idle: KeyContext = { node: null, link: null, positions, letters: true }
const onNode: KeyContext = { ...idle, node: 3 }
const onLink: KeyContext = { ...idle, link: { from: 3, to: 1 } }

function press(key: string, change: Partial<PressedKey> = {}): PressedKey {
  return { key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...change }
}

describe('keys of the topology', () => {
  it.each([
    ['Enter on a node', press('Enter'), onNode, { kind: 'select' }],
    ['Space on a node', press(' '), onNode, { kind: 'mark' }],
    ['Space on a link', press(' '), onLink, { kind: 'select' }],
    ['Shift+F10', press('F10', { shiftKey: true }), onNode, { kind: 'menu' }],
    ['the menu key', press('ContextMenu'), onLink, { kind: 'menu' }],
    ['X on a link', press('x'), onLink, { kind: 'toggleLink', both: true }],
    ['Shift+X', press('X', { shiftKey: true }), onLink, { kind: 'toggleLink', both: false }],
    ['a digit', press('4'), idle, { kind: 'focusNode', node: 4, select: true }],
    ['a digit without such a node', press('8'), idle, null],
    ['P', press('p'), onNode, { kind: 'partition' }],
    ['C', press('c'), idle, { kind: 'scissors' }],
    ['K on a node', press('k'), onNode, { kind: 'nodeKey', node: 3 }],
    ['K elsewhere', press('k'), idle, null],
    ['Ctrl+K', press('k', { ctrlKey: true }), onNode, null],
    ['Escape', press('Escape'), idle, { kind: 'escape' }],
    ['F10 alone', press('F10'), onNode, null],
    ['Enter on nothing', press('Enter'), idle, null],
    [
      'Right on a node',
      press('ArrowRight'),
      { ...idle, node: 4 },
      { kind: 'focusNode', node: 3, select: false },
    ],
    ['an arrow on nothing', press('ArrowLeft'), idle, null],
    ['Shift and an arrow', press('ArrowLeft', { shiftKey: true }), onNode, null],
    ['Down on a link', press('ArrowDown'), onLink, { kind: 'focusLink', link: { from: 1, to: 3 } }],
    [
      'Right on a link',
      press('ArrowRight'),
      onLink,
      { kind: 'focusLink', link: { from: 3, to: 2 } },
    ],
    ['Left on a link', press('ArrowLeft'), onLink, { kind: 'focusLink', link: { from: 3, to: 5 } }],
  ] as const)('%s', (_name, event, context, want) => {
    expect(keyIntent(event, context)).toEqual(want)
  })

  it('single letters can be switched off, the rest stays', () => {
    const quiet = { ...onLink, letters: false }
    expect(keyIntent(press('x'), quiet)).toBeNull()
    expect(keyIntent(press('4'), quiet)).toBeNull()
    expect(keyIntent(press('Enter'), quiet)).toEqual({ kind: 'select' })
  })
})
