/** Keys that the topology leaves to the registry: heal all and undo, from a focused node too. */
import { describe, expect, it } from 'vitest'
import { commandFor } from '../../src/renderer/src/commands/dispatch'

const rules = {
  mac: false,
  reservedShortcuts: false,
  letterKeys: true,
  dialogOpen: false,
  layerOpen: false,
  isEnabled: () => true,
}
const key = (name: string, change: Partial<KeyboardEvent> = {}) => ({
  key: name,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  target: document.body,
  ...change,
})

describe('registry keys beside the topology', () => {
  it.each([
    ['Ctrl+H', key('h', { ctrlKey: true }), false, 'network.healAll'],
    ['Ctrl+H on macOS', key('h', { ctrlKey: true }), true, 'network.healAll'],
    ['Cmd+H on macOS hides the window', key('h', { metaKey: true }), true, null],
    ['Ctrl+Z', key('z', { ctrlKey: true }), false, 'network.undo'],
    ['Cmd+Z on macOS', key('z', { metaKey: true }), true, 'network.undo'],
  ] as const)('%s', (_name, event, mac, want) => {
    expect(commandFor(event, { ...rules, mac })).toBe(want)
  })
})
