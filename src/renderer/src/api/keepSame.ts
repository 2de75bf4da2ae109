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
  const kept: [name: string, part: unknown][] = []
  for (const name of names) {
    // What is inherited, as `__proto__`, was not there before.
    const was: unknown = Object.hasOwn(before, name) ? Reflect.get(before, name) : undefined
    const part: unknown = keepSame(was, Reflect.get(next, name))
    same &&= Object.hasOwn(before, name) && Object.is(part, was)
    kept.push([name, part])
  }
  if (same) return before
  return (Array.isArray(next) ? kept.map(([, part]) => part) : Object.fromEntries(kept)) as T
}

function isPart(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
