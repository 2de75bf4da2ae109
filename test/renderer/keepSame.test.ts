/** keepSame: the value is that of `next`, the parts that equal are those of `before`. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keepSame } from '../../src/renderer/src/api/keepSame'

const copyOf = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
const anyJson = () => fc.jsonValue({ maxDepth: 3 }).map(copyOf)

describe('keepSame', () => {
  it('answers what is new, whatever was there before', () => {
    fc.assert(
      fc.property(anyJson(), anyJson(), (before, next) => {
        expect(keepSame(before, copyOf(next))).toEqual(next)
      }),
    )
  })

  it('takes any name for one of the data', () => {
    const next = JSON.parse('{"__proto__": false, "constructor": {}}') as object
    expect(keepSame({}, copyOf(next))).toEqual(next)
    expect(Object.keys(keepSame<object>({ a: 1 }, copyOf(next)))).toEqual(Object.keys(next))
  })

  it('answers the very same when nothing changed', () => {
    fc.assert(
      fc.property(anyJson(), (before) => {
        expect(keepSame(before, copyOf(before))).toBe(before)
      }),
    )
  })

  it('keeps every part that did not change beside one that did', () => {
    const before = { atMs: 1, load: { clients: 3 }, nodes: [{ node: 1 }, { node: 2 }] }
    const next = { atMs: 2, load: { clients: 3 }, nodes: [{ node: 1 }, { node: 3 }] }
    const kept = keepSame(before, next)
    expect(kept).toEqual(next)
    expect(kept.load).toBe(before.load)
    expect(kept.nodes[0]).toBe(before.nodes[0])
    expect(kept.nodes).not.toBe(before.nodes)
  })

  it('sees what is gone, what is new, and that a list is no object', () => {
    expect(keepSame<object>({ a: 1, b: 2 }, { a: 1 })).toEqual({ a: 1 })
    expect(keepSame<object>({ a: 1 }, { a: 1, b: null })).toEqual({ a: 1, b: null })
    expect(keepSame<object>([1, 2], [1])).toEqual([1])
    expect(keepSame<object>(['x'], { 0: 'x' })).toEqual({ 0: 'x' })
    expect(keepSame<object>({ b: undefined, a: 1 }, { a: 1, c: undefined })).toEqual({ a: 1 })
  })
})
