// @vitest-environment happy-dom
/**
 * One contract for the four sources of a run (live, saved, simulated in the page, found by the
 * explorer): whatever the source, the stores that every view reads hold the same things.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { LEADER_POLICY } from '../../src/core/paxos/config'
import { OfflineRun } from '../../src/main/lab/offlineRun'
import { SavedRuns } from '../../src/main/lab/savedRuns'
import { useShownNodes } from '../../src/renderer/src/composables/useShownNodes'
import { explore } from '../../src/renderer/src/sources/exploration'
import type { ExploreWish } from '../../src/renderer/src/sources/exploration'
import { exploredView } from '../../src/renderer/src/sources/explorer'
import { openRecord } from '../../src/renderer/src/sources/recordFile'
import { openSavedRun } from '../../src/renderer/src/sources/savedView'
import type { SavedView } from '../../src/renderer/src/sources/savedView'
import { simulate } from '../../src/renderer/src/sources/simulation'
import type { SimWish } from '../../src/renderer/src/sources/simWish'
import { simulatedView } from '../../src/renderer/src/sources/simulator'
import { useEventsStore } from '../../src/renderer/src/stores/events'
import { useLabStore } from '../../src/renderer/src/stores/lab'
import { useSeriesStore } from '../../src/renderer/src/stores/series'
import { useTimeStore } from '../../src/renderer/src/stores/time'
import { DEFAULT_CLUSTER } from '../../src/shared/api'
import { eventually } from '../support/eventually'
import { withDesk } from '../support/noDesk'
import { SyntheticLab } from '../support/syntheticLab'
import { syntheticSource } from '../support/syntheticSource'

const WISH: SimWish = {
  ...{ seed: 3, nodes: 3, faults: ['kill', 'drop'], mutant: null, seconds: 2, hunt: false },
}
const BROKEN: ExploreWish = {
  bounds: { acceptors: 3, values: 2, ballots: 2, mutant: 'M11' },
  symmetry: false,
}

let folder: string
let double: SyntheticLab
let disconnect: () => void

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'paxos-lab-sources-'))
  setActivePinia(createPinia())
  double = new SyntheticLab()
  const lab = useLabStore()
  useSeriesStore()
  useTimeStore()
  disconnect = lab.connect(syntheticSource(double))
  await eventually('connected', () => lab.connected)
})
afterEach(() => {
  disconnect()
  rmSync(folder, { recursive: true, force: true })
})

/** A run directory of these events, as a recorder leaves it. */
async function recorded(events: readonly LabEvent[]): Promise<string> {
  const start = { title: 'recorded', source: 'simulator', seed: 3, nodes: 3 } as const
  const run = await OfflineRun.begin(folder, { ...start, config: {}, appVersion: '9.9.9' })
  for (const event of events) run.append(event)
  await run.end({ verdict: 'valid', measures: {}, checks: [] })
  return run.dir
}

function simulated(): SavedView {
  const views: SavedView[] = []
  simulate(WISH, (message) => {
    if (message.kind === 'done') views.push(simulatedView(message.run))
  })
  const [view] = views
  if (view === undefined) throw new Error('the simulation did not end')
  return view
}

function explored(): SavedView {
  const found = explore(
    BROKEN,
    () => 0,
    () => {},
  )
  if (found.counterexample === null) throw new Error('nothing broke')
  return exploredView(found, found.counterexample)
}

async function saved(): Promise<SavedView> {
  const runs = new SavedRuns(folder, () => null)
  const id = basename(await recorded(simulated().events))
  const own = {
    openRun: (run: string) => runs.open(run),
    runMilestones: (...args: Parameters<SavedRuns['milestones']>) => runs.milestones(...args),
    runEvents: (...args: Parameters<SavedRuns['events']>) => runs.events(...args),
  }
  return await openSavedRun(Object.assign(withDesk(double), own), id)
}

async function file(): Promise<SavedView> {
  const dir = await recorded(simulated().events)
  const text = readFileSync(join(dir, 'events.ndjson'), 'utf8')
  return await openRecord(new File([text], 'events.ndjson'))
}

/** What every view reads, at some moments of the run. */
function pictures() {
  const [events, time, series] = [useEventsStore(), useTimeStore(), useSeriesStore()]
  const shown = useShownNodes()
  const last = events.held.slice().at(-1)?.atMs ?? 0
  const moments = [0.25, 0.5, 0.75].map((share) => {
    time.pin(last * share)
    return { atMs: shown.value.atMs, nodes: shown.value.statuses }
  })
  return {
    log: events.held.slice().map(({ seq, type }) => `${seq} ${type}`),
    moments,
    series: series.data,
  }
}

const SOURCES: Readonly<Record<string, () => SavedView | Promise<SavedView>>> = {
  'a run directory': saved,
  'a record file': file,
  'a simulation in the page': simulated,
  'a counterexample of the explorer': explored,
}

describe.each(Object.entries(SOURCES))('%s', (_name, make) => {
  it('fills every store, in the order of the record, and the time bar spans it', async () => {
    const view = await make()
    useLabStore().showSaved(view)
    const log = useEventsStore().held.slice()
    expect(log.length).toBeGreaterThan(5)
    expect(log.every(({ seq }, at) => at === 0 || seq > (log[at - 1]?.seq ?? 0))).toBe(true)
    expect(useLabStore().members.length).toBeGreaterThanOrEqual(3)
    expect(useTimeStore().nowMs).toBeGreaterThan(0)
    expect(view.events.length + view.left).toBe(view.status.events)
  })

  it('reads any part of its record, and refuses to be changed', async () => {
    const view = await make()
    const lab = useLabStore()
    lab.showSaved(view)
    const [from, to] = [2, 4]
    const part = await lab.ask((call) => call.events(from, to))
    expect(part.map(({ seq }) => seq)).toEqual([2, 3, 4])
    await expect(lab.ask((call) => call.killNode(1))).rejects.toThrow(/run is over/)
    await expect(lab.ask((call) => call.startElection(1))).rejects.toThrow(/run is over/)
    expect(lab.mayAct).toBe(false)
  })

  it('steps forward and back to the same moment, and gives way to the live lab', async () => {
    const lab = useLabStore()
    lab.showSaved(await make())
    const time = useTimeStore()
    time.goFirst()
    time.nextEvent()
    time.nextEvent()
    const there = time.shownMs
    time.nextEvent()
    time.previousEvent()
    expect(time.shownMs).toBe(there)
    await lab.closeSaved()
    expect(lab.saved).toBeNull()
    expect(useEventsStore().held.slice()).toHaveLength(0)
    expect(lab.mayAct).toBe(true)
  })
})

it('one run gives the same pictures from a run directory, a file and the simulator', async () => {
  const lab = useLabStore()
  lab.showSaved(simulated())
  const made = pictures()
  expect(made.moments.some(({ nodes }) => nodes.length > 0)).toBe(true)
  for (const make of [saved, file]) {
    lab.showSaved(await make())
    expect(pictures()).toEqual(made)
  }
})

it('what was live is the same when its record is opened afterwards', async () => {
  const lab = useLabStore()
  await lab.act((call) =>
    call.startCluster({ ...DEFAULT_CLUSTER, nodes: 3, policy: LEADER_POLICY }),
  )
  double.forward(3000)
  await lab.act((call) => call.killNode(2))
  double.forward(1000)
  const live = useEventsStore().held.slice()
  expect(live.length).toBeGreaterThan(10)
  const wasLive = live.map(({ seq, atMs, type }) => [seq, atMs, type])
  const dir = await recorded(live)
  const text = readFileSync(join(dir, 'events.ndjson'), 'utf8')
  lab.showSaved(await openRecord(new File([text], 'events.ndjson')))
  expect(
    useEventsStore()
      .held.slice()
      .map(({ seq, atMs, type }) => [seq, atMs, type]),
  ).toEqual(wasLive)
  expect(lab.members).toEqual([1, 2, 3])
})
