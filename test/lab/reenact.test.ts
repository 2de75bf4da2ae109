/**
 * Schedules on real processes: frame by frame through the gate, to real disks. Counterexamples of
 * mutants end in two chosen values, honest schedules in one.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { describeValue } from '../../src/core/kv/value'
import type { MutantId } from '../../src/core/paxos/mutant'
import type { Schedule, ScheduleAct } from '../../src/core/schedule'
import { launcherFor } from '../../src/main/lab/launcher'
import { reenact } from '../../src/main/lab/reenact'
import type { Reenactment, ReenactOptions } from '../../src/main/lab/reenact'
import { readRecords } from '../../src/main/node/readRecords'
import { parseSchedule } from '../../src/shared/scheduleCodec'
import { builtEntry } from '../support/built'
import { CliProcess, endAll, temporaryFolder } from '../support/cliProcess'
import { eventually } from '../support/eventually'
import { isAlive } from '../support/processTree'
import { randomSchedule } from '../support/randomSchedule'
import { root } from '../support/tree'

let folder: ReturnType<typeof temporaryFolder>
let events: LabEvent[]

beforeEach(() => {
  folder = temporaryFolder()
  events = []
})

afterEach(async () => {
  await endAll()
  folder.remove()
})

const pathOf = (name: string): string => {
  return join(root, 'test/fixtures/schedules', `${name}.schedule.json`)
}

const mutantPath = (mutant: MutantId): string => {
  return join(root, 'resources/mutants', `${mutant}.schedule.json`)
}

const storedMutant = (mutant: MutantId): Schedule => {
  return parseSchedule(readFileSync(mutantPath(mutant), 'utf8'), mutant)
}

const read = ({ runDir }: Reenactment, name: string): string => {
  return readFileSync(join(runDir, name), 'utf8')
}

const stored = (name: string): Schedule => parseSchedule(readFileSync(pathOf(name), 'utf8'), name)

const ownPrograms = (): ReenactOptions['programs'] => ({
  launcher: launcherFor(),
  nodeEntry: builtEntry('node'),
  switchboardEntry: builtEntry('switchboard'),
})

async function perform(
  schedule: Schedule,
  changes: Partial<ReenactOptions> = {},
): Promise<Reenactment> {
  return await reenact({
    schedule,
    programs: ownPrograms(),
    runsDir: folder.path,
    appVersion: '0.0.0',
    readRecords,
    signal: new AbortController().signal,
    onEvent: (event) => events.push(event),
    ...changes,
  })
}

function ofType<T extends LabEvent['type']>(type: T) {
  return events.filter((event): event is Extract<LabEvent, { type: T }> => event.type === type)
}

/** Nothing is left of any process that the run started. */
async function allGone(): Promise<void> {
  const pids = ofType('nodeStarted').map(({ pid }) => pid)
  expect(pids.length).toBeGreaterThanOrEqual(3)
  await eventually('no node is left', () => !pids.some(isAlive))
}

/** Texts of the values that a node's log holds votes for, in the order of the votes. */
function votesOf({ runDir }: Reenactment, node: number): string[] {
  return readRecords(join(runDir, `node${node}`)).flatMap((record) =>
    record.kind === 'vote' ? record.values.map((value) => describeValue(value)) : [],
  )
}

/** Counterexamples that leave two chosen values on the disks; those of the others are elsewhere. */
const TWO_VALUES: readonly MutantId[] = ['M1', 'M2', 'M6', 'M7', 'M12', 'M20']

it.each(TWO_VALUES)('I8: %s chooses two values on real disks', async (mutant) => {
  const schedule = storedMutant(mutant)
  expect(schedule.config.mutant).toBe(mutant)
  const done = await perform(schedule)
  expect(done.same).toBe(true)
  expect(done.violated).toContain('I8')
  const words = '"[^"]+" at [0-9.]+ by N[1-9, N]+'
  expect(done.result).toMatchObject({
    verdict: 'violated',
    measures: {
      acts: schedule.acts.length,
      expected: 'I8',
      sameEnd: 'yes',
      valuesChosenOnDisk: 2,
      chosenOnDisk: expect.stringMatching(`slot [0-9]+: ${words}; ${words}`),
      framesUnexpected: 0,
    },
  })
  expect(ofType('clusterStarted')).toMatchObject([{ mutant, source: 'processes' }])
  expect(read(done, 'result.json')).toContain('"valuesChosenOnDisk": 2')
  expect(read(done, 'disks.txt')).toMatch(/slot \d+: 2 values are chosen/)
  expect(parseSchedule(read(done, 'schedule.json'))).toEqual(schedule)
  await allGone()
})

it('I12: M17 executes out of order, as its schedule says', async () => {
  const done = await perform(storedMutant('M17'))
  expect(done).toMatchObject({ same: true, result: { verdict: 'violated' } })
  expect(done.violated).toContain(storedMutant('M17').end.invariant)
})

it('S24: a promise outlives a real kill: the late accept is refused', async () => {
  const done = await perform(stored('honest-restart'))
  expect(done).toMatchObject({ same: true, violated: [], disks: { valuesMax: 1 } })
  expect(done.result.verdict).toBe('valid')
  expect(ofType('refused')).toMatchObject([{ by: 2, ballot: { round: 1, node: 1 }, phase: 2 }])
  const lives = ofType('nodeReady').filter(({ node }) => node === 2)
  expect(lives).toMatchObject([{ life: 1 }, { life: 2 }])
})

it('S2b: the value-majority trap by schedule: a majority holds v, and w is chosen', async () => {
  const done = await perform(stored('value-majority-trap'))
  expect(done).toMatchObject({ same: true, violated: [] })
  // After three ballots: v by 1 and 2, w by 3. Ballot 4 chooses w.
  const votes = ofType('voted').filter(({ slot }) => slot === 1)
  const said = votes.map(({ by, ballot, ids }) => [by, `${ballot.round}.${ballot.node}`, ids[0]])
  expect(said.slice(0, 3)).toEqual([
    [1, '1.1', '1.1:1'],
    [3, '1.3', '3.1:1'],
    [2, '2.2', '1.1:1'],
  ])
  const slot1 = done.disks.chosen.filter(({ slot }) => slot === 1)
  expect(slot1).toMatchObject([{ text: 'SET x w', nodes: [1, 3], ballot: { round: 3, node: 1 } }])
})

it('S24: what was not flushed is gone after the kill, and nothing relied on it', async () => {
  const done = await perform(stored('honest-crash'))
  expect(done).toMatchObject({ same: true, violated: [] })
  expect([1, 2, 3].map((node) => votesOf(done, node))).toEqual([['SET x a'], ['SET x a'], []])
  expect(ofType('frameDropped').filter(({ how }) => how === 'byHand')).toHaveLength(1)
  expect(ofType('voted').map(({ by }) => by)).toEqual([1, 2])
})

it('frames outlive their sender and wait for a receiver that is down', async () => {
  const done = await perform(stored('honest-late-frames'))
  expect(done).toMatchObject({ same: true, violated: [], disks: { valuesMax: 1 } })
  expect(done.disks.chosen.map(({ ballot }) => ballot.round)).toEqual([1, 2])
  await allGone()
})

it.each([
  { seed: 8, nodes: 3, flush: 'byHand', acts: 40 },
  { seed: 24, nodes: 5, flush: 'auto', acts: 30 },
] as const)('random schedules come to pass frame by frame: %j', async (options) => {
  const done = await perform(randomSchedule(options))
  expect(done).toMatchObject({ same: true, violated: [] })
  expect(done.result.measures).toMatchObject({ acts: options.acts, framesUnexpected: 0 })
})

describe('what cannot be performed', () => {
  it('an act that does not come to pass is told with its number, and nothing is left', async () => {
    const kill = (): void => {
      const started = ofType('nodeStarted').find(({ node }) => node === 2)
      process.kill(started?.pid ?? 0, 'SIGKILL')
    }
    const onAct: ReenactOptions['onAct'] = ({ number }) => {
      if (number === 2) kill()
    }
    const failed = perform(stored('honest-restart'), { onAct, actWaitMs: 3000 })
    await expect(failed).rejects.toThrow(/^act 2 \(deliver 1>2 prepare 1\.1 slot 1\): /)
    const told = ofType('nodeExited')
    expect(told.some(({ node }) => node === 2)).toBe(true)
    await allGone()
  })

  it('a deadline names what is missing and what waits', async () => {
    // Processes that keep silent where the schedule has a nack.
    const nodeEntry = join(folder.path, 'silent.mjs')
    const lines = [
      "import { readFileSync, writeFileSync } from 'node:fs'",
      'const file = JSON.parse(readFileSync(process.argv[2]))',
      "file.replica.refusal = 'silence'",
      'writeFileSync(process.argv[2], JSON.stringify(file))',
      `await import(${JSON.stringify(pathToFileURL(builtEntry('node')).href)})`,
    ]
    writeFileSync(nodeEntry, lines.join('\n'))
    const programs = { ...ownPrograms(), nodeEntry }
    const failed = perform(stored('honest-restart'), { programs, actWaitMs: 3000 })
    const words = /^act 9 \(deliver 1>2 accept 1\.1 slot 1\): after 3000 ms frame 2>1 nack 1\.1 /
    await expect(failed).rejects.toThrow(words)
    await expect(failed).rejects.toThrow(/at the gate: 1>3 prepare 1\.1 slot 1; /)
    expect(ofType('clusterStopped')).toHaveLength(1)
    await allGone()
  })

  it('acts that the machines refuse start no process', async () => {
    const { acts, ...rest } = stored('honest-restart')
    const more: ScheduleAct = { act: 'timer', node: 1, timer: 'election' }
    const failed = perform({ ...rest, acts: [...acts, more] })
    await expect(failed).rejects.toThrow('cannot be played: act 11: timer election of node 1')
    await expect(perform({ ...rest, acts, nodes: 4 })).rejects.toThrow('the schedule has 4 nodes')
    expect(events).toEqual([])
  })
})

it('the command line re-enacts the schedule of a run directory', async () => {
  writeFileSync(join(folder.path, 'schedule.json'), readFileSync(mutantPath('M20')))
  const cli = new CliProcess(['reenact', folder.path, '--out', folder.path, '--json'], folder.path)
  await eventually('its end', () => cli.exitCode !== null, 60_000)
  const lines = cli.lines
  expect(lines.slice(0, -1).map((line) => [line['type'], line['number']])).toEqual(
    storedMutant('M20').acts.map((_, index) => ['act', index + 1]),
  )
  expect(lines.at(-1)).toMatchObject({
    type: 'result',
    verdict: 'violated',
    expected: 'I8',
    same: true,
    measures: { sameEnd: 'yes', valuesChosenOnDisk: 2 },
  })
  expect(cli.exitCode).toBe(1)
  expect(cli.stderr).toContain('same end as in the schedule (I8): yes')
})

it('the command line names what is wrong with a schedule', async () => {
  const path = join(folder.path, 'bad.json')
  writeFileSync(path, '{"version":1,"title":"t","nodes":3,"config":{},"acts":[{"act":"fly"}]}')
  const cli = new CliProcess(['reenact', path, '--out', folder.path, '--json'], folder.path)
  await eventually('its end', () => cli.exitCode !== null)
  expect(cli.exitCode).toBe(2)
  expect(cli.stderr).toContain('bad.json.acts[0].act')
  expect(cli.lines).toMatchObject([{ verdict: 'unknown' }])
})
