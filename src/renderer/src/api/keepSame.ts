/**
 * Keeps what did not change: answers `next`, in which every part that equals its part of `before`
 * is that part itself. A push from the host is a whole new object each time; what shows a part of
 * it need not be drawn again, and what watches a part is not told of a change that is none.
 *
 * Takes: plain data as JSON carries it (objects, lists, texts, numbers, null).
 * Cost:  O(size of next).
 */
export function keepSame<T>(before: T, next: T): T {
  if (Object.is(before, next)) return before
  if (!isPart(before) || !isPart(next) || Array.isArray(before) !== Array.isArray(next)) return next
  const names = Object.keys(next)
  let same = names.length === Object.keys(before).length
  const kept: Record<string, unknown> | unknown[] = Array.isArray(next) ? [] : {}
  for (const name of names) {
    const part = keepSame(Reflect.get(before, name), Reflect.get(next, name))
    same &&= Object.hasOwn(before, name) && Object.is(part, Reflect.get(before, name))
    Reflect.set(kept, name, part)
  }
  return same ? before : (kept as T)
}

function isPart(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
