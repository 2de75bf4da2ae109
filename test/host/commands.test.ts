/** EL9: the command registry, which menus, palette, hotkeys and cheat sheet share. */
import { describe, expect, it } from 'vitest'
import { COMMANDS, COMMAND_GROUPS, GROUPS, isCommandId, keysOf } from '../../src/shared/commands'

/** Keys that a browser never hands to a page. */
const KEPT_BY_BROWSERS = ['Mod+N', 'Mod+T', 'Mod+W']
const NAMED = String.raw`F\d|Space|Escape|Home|End|Page(Up|Down)|Arrow(Left|Right)`
const KEY = new RegExp(String.raw`^((Mod|Ctrl|Alt)\+)?(Shift\+)?([A-Z0-9/?.,<>]|${NAMED})$`)

describe('EL9: the registry of commands', () => {
  it('have an id, a title and a known group each, once', () => {
    const ids = COMMANDS.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(new Set(COMMANDS.map(({ title }) => title)).size).toBe(ids.length)
    for (const { id, group, title } of COMMANDS) {
      expect(id.startsWith(`${group}.`), id).toBe(true)
      expect(title.trim()).not.toBe('')
    }
    expect(GROUPS.toSorted()).toEqual(Object.keys(COMMAND_GROUPS).toSorted())
    expect(isCommandId('node.kill')).toBe(true)
    expect(isCommandId('node.explode')).toBe(false)
  })

  it.each([true, false])('no key has two meanings (in Electron: %s)', (reserved) => {
    // A single key of the stage would also answer a global one, so the scopes share one table.
    // Save is of the run where one is shown, and of the experiment where that is open.
    const others = COMMANDS.filter(({ id }) => id !== 'view.saveRun')
    const keys = others.flatMap((command) => keysOf(command, reserved))
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([])
  })

  it('keys are written so that dispatcher and native menu can read them', () => {
    const keys = COMMANDS.flatMap((command) => [...command.keys, ...keysOf(command, false)])
    expect(keys.filter((key) => !KEY.test(key))).toEqual([])
  })

  it('single keys act on the stage only, and not one of 1 to 9', () => {
    const single = COMMANDS.filter(({ keys }) => keys.some((key) => /^[A-Z0-9/?.<>]$/.test(key)))
    expect(single.map(({ scope }) => scope)).toEqual(single.map(() => 'stage'))
    expect(single.flatMap(({ keys }) => keys).filter((key) => /\d/.test(key))).toEqual([])
  })

  it('a browser gets keys that it hands on', () => {
    const keys = COMMANDS.flatMap((command) => keysOf(command, false))
    expect(keys.filter((key) => KEPT_BY_BROWSERS.includes(key))).toEqual([])
    expect(keys).toContain('Alt+N')
  })
})
