/**
 * Edits of an experiment's text, against plain data: on every bundled file and after any edits the
 * printed text holds what the data holds, and every comment is still there.
 */
import fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseScenario } from '../../src/shared/experiment'
import { editText, offsetOf, openText, pathAt } from '../../src/shared/experimentEdit'
import type { ExperimentEdit } from '../../src/shared/experimentEdit'
import { root } from '../support/tree'

const FOLDER = join(root, 'resources/scenarios')
const bundled = readdirSync(FOLDER).map((file) => [
  file,
  readFileSync(join(FOLDER, file), 'utf8'),
]) as [string, string][]

/** The same edit on plain data. */
function onData(content: Record<string, unknown>, edit: ExperimentEdit): void {
  const at = (path: readonly (string | number)[]): unknown =>
    path.reduce<unknown>((value, part) => Reflect.get(Object(value), part), content)
  if (edit.op === 'set' || edit.op === 'rename') {
    const around = edit.path.slice(0, -1)
    if (at(around) === undefined) onData(content, { op: 'set', path: around, value: {} })
    const parent = Object(at(around))
    const key = edit.path.at(-1)!
    if (edit.op === 'rename') delete parent[key]
    if (edit.value === undefined) delete parent[key]
    else parent[edit.op === 'rename' ? edit.to : key] = structuredClone(edit.value)
    return
  }
  const list = at(edit.path)
  if (!Array.isArray(list)) return onData(content, { ...edit, op: 'set', value: [one(edit)] })
  if (edit.op === 'insert') list.splice(edit.index, 0, structuredClone(edit.value))
  if (edit.op === 'remove') list.splice(edit.index, 1)
  if (edit.op === 'duplicate') list.splice(edit.index + 1, 0, structuredClone(list[edit.index]))
  if (edit.op === 'move') list.splice(edit.to, 0, ...list.splice(edit.from, 1))
}

const one = (edit: ExperimentEdit): unknown => ('value' in edit ? edit.value : null)

const words = fc.oneof(
  fc.constantFrom('heal', 'kill leader', 'a: b', '# no comment', "it's", '1.2', 'yes', '[x', '- y'),
  fc.string({ maxLength: 30 }).map((text) => text.replace(/[^\x20-\x7e]/g, '')),
)
const step = fc.oneof(
  fc.record({ do: fc.oneof(words, fc.array(words, { minLength: 1, maxLength: 3 })) }),
  fc.record({ at: fc.constant('2s'), say: words, do: fc.constant(['heal']) }),
  fc.record({ when: words, expect: fc.array(words, { minLength: 1, maxLength: 2 }) }),
)
const index = fc.nat(30)
const edit = fc.oneof(
  fc.record({ op: fc.constant('title' as const), value: words }),
  fc.record({ op: fc.constant('seconds' as const), value: fc.integer({ min: 1, max: 3600 }) }),
  fc.record({ op: fc.constant('cluster' as const), value: fc.constantFrom(3, 5, undefined) }),
  fc.record({ op: fc.constant('load' as const), value: fc.constantFrom(0.5, 7) }),
  fc.record({
    op: fc.constant('say' as const),
    index,
    value: fc.option(words, { nil: undefined }),
  }),
  fc.record({ op: fc.constant('insert' as const), index, value: step }),
  fc.record({ op: fc.constant('duplicate' as const), index }),
  fc.record({ op: fc.constant('remove' as const), index }),
  fc.record({ op: fc.constant('move' as const), index, to: index }),
  fc.record({ op: fc.constant('expectation' as const), value: words }),
)

type Wish = typeof edit extends fc.Arbitrary<infer W> ? W : never

/** As an edit of steps that are there. */
function toEdit(wish: Wish, content: Record<string, unknown>): ExperimentEdit | null {
  const steps = Array.isArray(content['steps']) ? content['steps'] : []
  const within = (at: number) => at % Math.max(1, steps.length)
  switch (wish.op) {
    case 'title':
    case 'seconds':
      return { op: 'set', path: [wish.op], value: wish.value }
    case 'cluster':
      return { op: 'set', path: ['cluster', 'windowSlots'], value: wish.value }
    case 'load':
      return { op: 'set', path: ['load', 'mix'], value: wish.value }
    case 'say':
      return { op: 'set', path: ['steps', within(wish.index), 'say'], value: wish.value }
    case 'insert':
      return { op: 'insert', path: ['steps'], index: within(wish.index), value: wish.value }
    case 'expectation':
      return { op: 'insert', path: ['expect'], index: 0, value: wish.value }
    case 'duplicate':
      return { op: 'duplicate', path: ['steps'], index: within(wish.index) }
    case 'remove':
      return steps.length < 2 ? null : { op: 'remove', path: ['steps'], index: within(wish.index) }
    case 'move':
      return { op: 'move', path: ['steps'], from: within(wish.index), to: within(wish.to) }
  }
}

const comments = (text: string) => text.split('\n').filter((line) => /^\s*#/.test(line))

describe.each(bundled)('%s', (_file, text) => {
  it('holds after any edits what the same edits of its data make, comments included', () => {
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 6 }), (wishes) => {
        let now = text
        const data = structuredClone(openText(text).content)
        let removes = false
        for (const wish of wishes) {
          const made = toEdit(wish, data)
          if (made === null || (wish.op === 'cluster' && data['cluster'] === undefined)) continue
          removes ||= made.op === 'remove'
          now = editText(now, [made])
          onData(data, made)
        }
        expect(openText(now).content).toEqual(data)
        if (!removes) expect(comments(now)).toEqual(expect.arrayContaining(comments(text)))
      }),
      { numRuns: 25 },
    )
  })

  it('differs by one line where one value was changed, and by none where none was', () => {
    const { content } = openText(text)
    const seconds = Number(content['seconds'])
    const now = editText(text, [{ op: 'set', path: ['seconds'], value: seconds + 1 }])
    const lines = text.split('\n')
    const changed = now.split('\n').filter((line, at) => line !== lines[at])
    expect(changed).toEqual([`seconds: ${seconds + 1}`])
    expect(editText(now, [{ op: 'set', path: ['seconds'], value: seconds }])).toBe(text)
    expect(editText(text, [{ op: 'set', path: ['seconds'], value: seconds }])).toBe(text)
    expect(parseScenario(now, 'x').seconds).toBe(seconds + 1)
  })

  it('comes back byte for byte when a step is copied and the copy removed', () => {
    const steps = Object(openText(text).content)['steps'] as unknown[]
    for (const index of steps.keys()) {
      const twice = editText(text, [{ op: 'duplicate', path: ['steps'], index }])
      expect(Object(openText(twice).content)['steps']).toHaveLength(steps.length + 1)
      const undone = editText(twice, [{ op: 'remove', path: ['steps'], index: index + 1 }])
      expect(undone).toBe(text)
    }
  })

  it('tells the place of each step, and the step of each place', () => {
    const { document, content } = openText(text)
    const steps = Object(content)['steps'] as Record<string, unknown>[]
    steps.forEach((each, at) => {
      for (const key of Object.keys(each)) {
        const offset = offsetOf(document, ['steps', at, key])
        expect(pathAt(document, offset).slice(0, 3)).toEqual(['steps', at, key])
      }
    })
  })
})

const FILE = `# head
version: 1   # first
title:   spaced   # tail

cluster: &c { nodes: 3 }


# about steps
steps:
  - say: one   # of one
    do: [heal,
         status]

  # before two
  - at: 2s   # soon
    do: heal
`

describe('one edit', () => {
  const lines = (text: string) => text.split('\n')

  it('renames a key in its place, with its comment', () => {
    const path = ['steps', 1, 'at']
    const now = editText(FILE, [{ op: 'rename', path, to: 'when', value: 'acked > 1' }])
    expect(now).toContain('- when: acked > 1 # soon\n    do: heal')
  })

  it('puts a new key where it belongs', () => {
    const now = editText(FILE, [
      { op: 'set', path: ['seconds'], value: 4 },
      { op: 'set', path: ['steps', 1, 'say'], value: 'two' },
    ])
    const keys = lines(now).map((line) => line.trim().replace(/^- /, '').split(':')[0])
    expect(keys.indexOf('seconds')).toBe(keys.indexOf('title') + 1)
    expect(keys.lastIndexOf('say')).toBe(keys.indexOf('at') + 1)
  })

  it('quotes what would mean something else', () => {
    for (const value of ['yes: no', '# x', '1.2', 'true', "it's", '', ' x ', '[', '*a']) {
      const now = editText(FILE, [{ op: 'set', path: ['title'], value }])
      expect(openText(now).content['title']).toBe(value)
      expect(lines(now)[0]).toBe('# head')
    }
  })

  it('drops quotes with the value that needed them, and no others', () => {
    const say = (text: string, value: string) =>
      editText(text, [{ op: 'set', path: ['steps', 1, 'say'], value }])
    const typed = say(say(FILE, 'Said '), 'Said here')
    expect(typed).toContain('say: Said here\n')
    const text = FILE.replace('    do: heal', '    say: "of taste"\n    do: heal')
    expect(say(text, 'still')).toContain('say: "still"')
  })

  it('does not edit through an alias, nor leave one without its anchor', () => {
    const text = 'cluster: &c { nodes: 3 }\nload: *c\nsteps: [{ do: heal }]\n'
    const inside = { op: 'set', path: ['load', 'nodes'], value: 5 } as const
    expect(() => editText(text, [inside])).toThrow(/alias/)
    const gone = { op: 'set', path: ['cluster'], value: undefined } as const
    expect(() => editText(text, [gone])).toThrow(/not be whole/)
  })

  it('says what is no experiment at all', () => {
    expect(() => openText('a: [')).toThrow()
    expect(() => openText('- 1')).toThrow(/not a map/)
    expect(() => openText('a: &a [*a, *a]')).toThrow(/stands inside/)
  })
})
