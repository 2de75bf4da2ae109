/** Failpoints: free when nothing is armed, exact when something is, and documented. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FailpointError, Failpoints } from '../../src/main/node/failpoints'
import { FAILPOINTS } from '../../src/shared/failpoints'
import { root } from '../support/tree'

function planted(): { points: Failpoints; done: string[] } {
  const points = new Failpoints()
  const done: string[] = []
  points.setActs({
    crash: () => done.push('crash'),
    delay: (delayMs) => done.push(`delay ${delayMs}`),
  })
  return { points, done }
}

describe('failpoints', () => {
  it('let hits pass, then strike once', () => {
    const { points, done } = planted()
    points.arm({ name: 'reply.before', action: 'crash', skip: 2, delayMs: 0 })
    points.hit('reply.before')
    points.hit('reply.after')
    points.hit('reply.before')
    expect(done).toEqual([])
    points.hit('reply.before')
    points.hit('reply.before')
    expect(done).toEqual(['crash'])
    expect(points.hits).toMatchObject({ 'reply.before': 4, 'reply.after': 1, 'hello.before': 0 })
    expect(Object.keys(points.hits)).toHaveLength(FAILPOINTS.length)
  })

  it('delay every time until they are disarmed', () => {
    const { points, done } = planted()
    points.arm({ name: 'reply.before', action: 'delay', skip: 0, delayMs: 20 })
    points.hit('reply.before')
    points.hit('reply.before')
    points.disarm('reply.before')
    points.hit('reply.before')
    expect(done).toEqual(['delay 20', 'delay 20'])
  })

  it('throw an error that names them', () => {
    const { points } = planted()
    points.arm({ name: 'life.afterFlush', action: 'error', skip: 0, delayMs: 0 })
    expect(() => points.hit('life.afterFlush')).toThrow('failpoint life.afterFlush: planted error')
  })

  it.each([
    ['a name that is none', { name: 'nowhere', skip: 0, delayMs: 0 }],
    ['a broken count', { name: 'reply.before', skip: -1, delayMs: 0 }],
    ['a delay without end', { name: 'reply.before', skip: 0, delayMs: Infinity }],
  ])('refuse %s', (_what, fields) => {
    const { points } = planted()
    expect(() => points.arm({ ...fields, action: 'delay' })).toThrow(FailpointError)
  })

  it('are at least 25, each named once and hit somewhere in the product', () => {
    const names = FAILPOINTS.map(({ name }) => name)
    expect(names.length).toBeGreaterThanOrEqual(25)
    expect(new Set(names).size).toBe(names.length)
    const directory = join(root, 'src/main/node')
    const texts = readdirSync(directory)
      .filter((file) => file !== 'failpoints.ts')
      .map((file) => readFileSync(join(directory, file), 'utf8'))
    const all = texts.join('\n')
    const placed = (name: string): boolean => all.includes(`'${name}'`) || name.startsWith('send.')
    expect(names.filter((name) => !placed(name))).toEqual([])
    expect(all).toContain('SEND_POINTS[FAMILY_OF[type]]')
  })

  it('stand in docs/storage.md as they are', () => {
    const whole = readFileSync(join(root, 'docs/storage.md'), 'utf8')
    const text = whole.slice(whole.indexOf('\n## Failpoints\n'))
    const rows = FAILPOINTS.map(({ name, help }) => `| \`${name}\` | ${help} |`)
    expect(rows.filter((row) => !text.includes(row))).toEqual([])
    const documented = [...text.matchAll(/^\| `(\w+(?:\.\w+)+)` \|/gm)].map((match) => match[1])
    expect(documented).toEqual(FAILPOINTS.map(({ name }) => name))
  })
})
