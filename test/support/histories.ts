/** Histories by hand: `1 write x 5` invokes, `1 ok` ends what process 1 is at. */
import { HISTORY_FUNCTIONS } from '../../src/core/history'
import type { HistoryEntry, HistoryFunction } from '../../src/core/history'

/**
 * One entry a line: `PROCESS F KEY [VALUE [NEW]]`, `PROCESS ok [ANSWER]`, `PROCESS fail`,
 * `PROCESS info`. Values are JSON; a word that is none is a text. Times count in ms.
 */
export function history(text: string): HistoryEntry[] {
  const open = new Map<number, { f: HistoryFunction; key: string }>()
  const lines = text.split('\n').map((line) => line.trim())
  return lines
    .filter((line) => line !== '')
    .map((line, at) => {
      const [first = '', what = '', ...rest] = line.split(/\s+/)
      const process = Number(first)
      const time = at * 1e6
      if (what === 'ok' || what === 'fail' || what === 'info') {
        const { f, key } = open.get(process) ?? { f: 'read', key: 'x' }
        const answer =
          rest.length === 0 ? {} : { [f === 'read' ? 'value' : 'result']: json(rest[0]) }
        return { process, type: what, f, key, ...answer, time }
      }
      const f = HISTORY_FUNCTIONS.find((each) => each === what)
      if (f === undefined) throw new Error(`there is no ${what}`)
      const [key = 'x', ...given] = rest
      open.set(process, { f, key })
      const values = given.map(json)
      const value = f === 'cas' ? { value: values } : given.length > 0 ? { value: values[0] } : {}
      return { process, type: 'invoke', f, key, ...value, time } as HistoryEntry
    })
}

function json(text = ''): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
