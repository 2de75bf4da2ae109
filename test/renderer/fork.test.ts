/** Forks of a simulated run in the window: from the shown moment, by hand, and back again. */
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Due, DueWhat } from '../../src/core/sim/agenda'
import { COMMANDS } from '../../src/shared/commands'
import { dueRows } from '../../src/renderer/src/components/time/forkWords'
import { forkFault } from '../../src/renderer/src/components/time/forkFault'
import { isEnabled } from '../../src/renderer/src/commands/when'
import { explore } from '../../src/renderer/src/sources/exploration'
import { exploredView } from '../../src/renderer/src/sources/explorer'
import { simulate } from '../../src/renderer/src/sources/simulation'
import type { FromSimulator } from '../../src/renderer/src/sources/simulation'
import type { SimWish } from '../../src/renderer/src/sources/simWish'
import type * as simulator from '../../src/renderer/src/sources/simulator'
import { useEventsStore } from '../../src/renderer/src/stores/events'
import { useForkStore } from '../../src/renderer/src/stores/fork'
import { IDLE_STATUS, useLabStore } from '../../src/renderer/src/stores/lab'
import { useOpeningStore } from '../../src/renderer/src/stores/opening'
import { useTimeStore } from '../../src/renderer/src/stores/time'
import { useToastsStore } from '../../src/renderer/src/stores/toasts'
import { useUiStore } from '../../src/renderer/src/stores/ui'

/** No worker here: the same simulation, at once. */
vi.mock('../../src/renderer/src/sources/simulator', async (original) => {
  const real = await original<typeof simulator>()
  const startSimulation: typeof simulator.startSimulation = (wish) => {
    const told: FromSimulator[] = []
    const done = Promise.resolve().then(() => {
      simulate(wish, (message) => told.push(message))
      const last = told.at(-1)
      if (last?.kind !== 'done') throw new Error('nothing was made')
      return last.run
    })
    return { done, cancel: () => undefined }
  }
  return { ...real, startSimulation }
})

const WISH: SimWish = {
  ...{ seed: 7, nodes: 3, faults: ['kill'], mutant: null, seconds: 4, hunt: false },
}

function lines(): string[] {
  return useEventsStore()
    .held.slice()
    .map((event) => JSON.stringify(event))
}

function until(ms: number): string[] {
  return useEventsStore()
    .held.until(ms)
    .slice()
    .map((event) => JSON.stringify(event))
}

beforeEach(async () => {
  setActivePinia(createPinia())
  useTimeStore()
  useForkStore()
  await useOpeningStore().simulate(WISH)
})

describe('Fork from here', () => {
  it('is the same run up to the shown moment, then another one', async () => {
    const time = useTimeStore()
    time.pin(2000)
    const before = until(2000)
    const after = lines().slice(before.length)
    expect(await useForkStore().fork({ seed: 9 })).toBe(true)
    const saved = useLabStore().saved
    expect(saved?.title).toBe('Forked from seed 7 at 2 s, 3 nodes')
    expect(saved?.facts).toContain('Seed 7, forked at 2 s (seed 9)')
    expect(lines().slice(0, before.length)).toEqual(before)
    expect(lines().slice(before.length)).not.toEqual(after)
    expect(lines()[before.length]).toContain('forked from seed 7 at 2 s: seed 9')
    expect(time.shownMs).toBe(2000)
  })

  it('forks a fork; a fork before another one leaves that out', async () => {
    const time = useTimeStore()
    const fork = useForkStore()
    time.pin(2000)
    await fork.fork({ seed: 9 })
    time.pin(3000)
    await fork.fork({ seed: 10 })
    expect(fork.part?.wish.forks).toEqual([
      { atGrains: 40_000, seed: 9 },
      { atGrains: 60_000, seed: 10 },
    ])
    time.pin(1000)
    await fork.fork({ seed: 11 })
    expect(fork.part?.wish.forks).toEqual([{ atGrains: 20_000, seed: 11 }])
  })

  it('goes on by hand, back, and on by itself', async () => {
    const fork = useForkStore()
    useTimeStore().pin(2000)
    await fork.fork({ hold: true })
    const waiting = lines()
    expect(useTimeStore().shownMs).toBe(2000)
    const [first] = fork.rows ?? []
    expect(first).toBeDefined()
    await fork.stepNext()
    expect(fork.part?.wish.forks?.at(-1)?.next).toEqual([first?.order])
    expect(fork.steps).toBe(1)
    expect(lines().slice(0, waiting.length)).toEqual(waiting)
    expect(lines().length).toBeGreaterThan(waiting.length)
    await fork.stepBack()
    expect(lines()).toEqual(waiting)
    await fork.stepBack()
    expect(lines()).toEqual(waiting)
    await fork.runOn()
    expect(fork.rows).toBeNull()
    expect(lines().slice(0, waiting.length)).toEqual(waiting)
    expect(useLabStore().saved?.verdict).toBe('valid')
  })

  it('says in a toast why the run cannot fork there, and keeps what is shown', async () => {
    const time = useTimeStore()
    const { saved } = useLabStore()
    time.goLast()
    expect(useForkStore().isLate).toBe(true)
    expect(await useForkStore().fork({ hold: true })).toBe(false)
    expect(useToastsStore().toasts.at(-1)?.why).toMatch(/cannot fork|only another seed/)
    expect(useLabStore().saved).toBe(saved)
  })
})

it('is not offered where the run is over, and says why', async () => {
  const [fork, time] = [useForkStore(), useTimeStore()]
  await useOpeningStore().simulate({ ...WISH, mutant: 'M1', hunt: true })
  expect(useLabStore().saved?.verdict).toBe('violated')
  time.goLast()
  expect(fork.obstacle).toMatch(/was over at [\d.]+ s/)
  fork.begin()
  expect(useUiStore().dialog).not.toBe('fork')
  expect(useToastsStore().toasts.at(-1)?.title).toBe('Nothing to fork here')
  time.nudge(-1)
  expect(fork.obstacle).toBe('')
  expect(await fork.fork({ seed: 3 })).toBe(true)
  fork.begin()
  expect(useUiStore().dialog).toBe('fork')
})

it('a counterexample of the explorer forks after a step, and goes on by hand', () => {
  const bounds = { acceptors: 3, values: 2, ballots: 2, mutant: 'M11' } as const
  const explored = explore({ bounds, symmetry: false }, () => 0, vi.fn())
  const found = explored.counterexample
  if (found === null) throw new Error('nothing broke')
  const [fork, time, lab] = [useForkStore(), useTimeStore(), useLabStore()]
  lab.showSaved(exploredView(explored, found))
  const whole = lines()
  const acted = useEventsStore()
    .held.slice()
    .filter(({ type }) => type === 'acted')
  time.pin(acted[2]?.atMs ?? 0)
  fork.begin()
  expect(lab.saved?.title).toContain('forked after step 3')
  expect(fork.path?.acts).toEqual(found.acts.slice(0, 3))
  const before = lines()
  const isOfPath = (line: string): boolean => !line.includes('"violated"')
  expect(whole.slice(0, before.filter(isOfPath).length)).toEqual(before.filter(isOfPath))
  // The step that the path took is one of the choices; another one makes another path.
  const orders = (fork.rows ?? []).map(({ order }) => order)
  expect(orders).toContain(found.acts[3])
  const other = orders.find((order) => order !== found.acts[3])
  void fork.step(other ?? -1)
  expect(fork.path?.acts).toEqual([...found.acts.slice(0, 3), other])
  expect(fork.steps).toBe(1)
  void fork.stepBack()
  for (const act of found.acts.slice(3)) void fork.step(act)
  expect(lab.saved?.verdict).toBe('violated')
  expect(lines()).toEqual(whole)
  void fork.runOn()
  expect(fork.rows).toBeNull()
})

it('the commands are there for a simulated run, and steps where it waits', () => {
  const now = {
    ...{ mayAct: false, status: IDLE_STATUS, marked: [] },
    selection: { kind: 'none' as const },
  }
  const ids = (more: object): string[] =>
    COMMANDS.filter(({ id }) => id.startsWith('time.fork'))
      .filter((command) => isEnabled(command, { ...now, ...more }))
      .map(({ id }) => id)
  expect(ids({})).toEqual([])
  expect(ids({ saved: true })).toEqual([])
  expect(ids({ forkable: true })).toEqual(['time.fork'])
  expect(ids({ forkable: true, held: true })).toHaveLength(4)
})

it('what can come next has words and a time', () => {
  const message: DueWhat = { kind: 'message', from: 1, to: 3, id: '1-7', message: 'accept' }
  const due: readonly Due[] = [
    { order: 5, atGrains: 40_020, what: message },
    { order: 9, atGrains: 41_000, what: { kind: 'timer', node: 2, timer: 'election' } as const },
    { order: 11, atGrains: 42_000, what: null },
  ]
  expect(dueRows(due.slice(2), 2000)).toEqual([
    { order: 11, words: 'a client, a planned fault or the lab', when: '+100.00 ms' },
  ])
  expect(dueRows(due, 2000)).toEqual([
    { order: 5, words: 'N1 → N3 accept', when: '+1.00 ms' },
    { order: 9, words: 'N2 election timer', when: '+50.00 ms' },
  ])
})

it('a node that is cut off loses all its links, both ways', () => {
  const fault = forkFault({ kind: 'isolate', node: 1, to: 1 }, [1, 2, 3])
  const links = 'links' in fault ? fault.links.map(({ from, to }) => `${from}>${to}`) : []
  expect(links.toSorted()).toEqual(['1>2', '1>3', '2>1', '3>1'])
})
