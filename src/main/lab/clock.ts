/** Lab time: ms since the run started, three decimals at most. Monotonic; never a wall clock. */
export interface LabClock {
  now(): number
}

export function startClock(): LabClock {
  const startMs = performance.now()
  return { now: () => roundMs(performance.now() - startMs) }
}

export function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
