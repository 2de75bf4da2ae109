/**
 * Lines of the processes of the run that is shown, read from the host in parts while the view is
 * open, and what a person wants to see of them.
 *
 * Bounds: LOG_WINDOW_LINES_MAX lines in this window; a look asks PARTS_A_LOOK_MAX times at most.
 */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { LOG_LINES_A_CALL_MAX } from '../../../shared/logLine'
import type { LogLevel, LogLine, LogSource } from '../../../shared/logLine'
import { describeFailure } from '../api/failure'
import { useLabStore } from './lab'

export const LOG_WINDOW_LINES_MAX = 20_000
const PARTS_A_LOOK_MAX = 50

export const useLogsStore = defineStore('logs', () => {
  const lab = useLabStore()
  const lines = shallowRef<readonly LogLine[]>([])
  /** Lines that host or window did not keep. */
  const lost = ref(0)
  /** Why nothing can be read, one sentence; empty: it can. */
  const problem = ref('')
  const source = ref<LogSource | null>(null)
  /** This level and what is worse. */
  const level = ref<LogLevel>('info')
  const query = ref('')
  /** The list stays at its end. */
  const follow = ref(true)
  let next = 1
  let turn = 0
  let busy = false

  function reset(): void {
    turn += 1
    next = 1
    lines.value = []
    lost.value = 0
    problem.value = ''
    busy = false
  }

  /** Reads what came since the last time. */
  async function look(): Promise<void> {
    if (busy || (lab.saved === null && !lab.connected)) return
    busy = true
    const mine = turn
    try {
      await readParts(mine)
      if (mine === turn) problem.value = ''
    } catch (error) {
      if (mine === turn) problem.value = describeFailure(error).words
    } finally {
      if (mine === turn) busy = false
    }
  }

  async function readParts(mine: number): Promise<void> {
    for (let part = 0; part < PARTS_A_LOOK_MAX; part += 1) {
      const got = await lab.ask((call) => call.logs(null, next, LOG_LINES_A_CALL_MAX))
      if (mine !== turn) return
      next = got.next
      const all = [...lines.value, ...got.lines]
      const over = Math.max(0, all.length - LOG_WINDOW_LINES_MAX)
      if (got.lines.length > 0) lines.value = all.slice(over)
      lost.value = Math.max(lost.value, got.lost) + over
      if (got.lines.length < LOG_LINES_A_CALL_MAX) return
    }
  }

  lab.listen({ reset })
  return { lines, lost, problem, source, level, query, follow, look, reset }
})
