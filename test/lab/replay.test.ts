/** Recorded inputs of real nodes: replayed at 100 %, and one changed byte is found. */
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judgeRun } from '../../src/main/lab/judgeRun'
import { replayRun } from '../../src/main/lab/replayRun'
import { DEFAULT_LOAD } from '../../src/shared/api'
import { CliProcess, endAll } from '../support/cliProcess'
import { LabRig, processExists, temporaryDir } from '../support/cluster'

const NODES = [1, 2, 3]

/** A short run with a kill, a partition, a pause, snapshots, writes and reads. */
async function play(rig: LabRig): Promise<void> {
  const { lab } = rig
  await rig.start({ nodes: 3, recordInputs: true, snapshotSlots: 200 })
  const leader = await rig.leader()
  await lab.setLoad({ ...DEFAULT_LOAD, clients: 8 })
  await rig.event('a snapshot', ({ type }) => type === 'snapshotTaken')
  await lab.killNode(leader)
  const next = await rig.leader(NODES.filter((node) => node !== leader))
  await lab.read(next, { kind: 'key', key: 'none' }, 'confirmed')
  await lab.learnerRead(next, 'none')
  await lab.restartNode(leader)
  const others = NODES.filter((node) => node !== next)
  const cut = await lab.partition({ preset: 'custom', groups: [[next], others] })
  await rig.leader(others)
  await lab.endFault(cut)
  await lab.pauseNode(next)
  await lab.resumeNode(next)
  await lab.setLoad(null)
  await rig.logsEqual()
}

describe('replay of a real run', () => {
  const home = temporaryDir()
  const recorded = join(home, 'recorded')
  let pids: number[] = []

  beforeAll(async () => {
    const rig = new LabRig()
    try {
      await play(rig)
      const { runDir, nodes } = await rig.status()
      pids = nodes.flatMap(({ pid }) => pid ?? [])
      await rig.lab.stopCluster()
      cpSync(runDir ?? '', recorded, { recursive: true })
    } finally {
      await rig.close()
    }
  })

  afterAll(async () => {
    await endAll()
    rmSync(home, { recursive: true, force: true })
  })

  function copyOf(name: string): string {
    const copy = join(home, name)
    cpSync(recorded, copy, { recursive: true })
    return copy
  }

  /** A copy of the run, in which one file was touched. */
  function changed(name: string, change: (path: string) => void): string {
    const copy = copyOf(name)
    // The last life of the last node ended in order.
    const last = readdirSync(join(copy, 'inputs')).sort().at(-1) ?? ''
    change(join(copy, 'inputs', last))
    return copy
  }

  async function replay(...args: string[]) {
    const cli = new CliProcess(['replay', ...args], home)
    return { code: await cli.ended(), stdout: cli.stdout, stderr: cli.stderr }
  }

  it('is equal in every round of every life, and leaves nothing behind', async () => {
    expect(readdirSync(join(recorded, 'inputs'))).toHaveLength(4)
    const { code, stdout } = await replay(recorded)
    expect(stdout).toMatch(/replay fidelity 100 % \(\d+ rounds of 3 nodes\)/)
    expect(code).toBe(0)
    expect(pids.filter(processExists)).toEqual([])
  })

  it('says with --json how far each life was recorded', async () => {
    const { code, stdout } = await replay(recorded, '--json')
    const { verdict, lives, measures } = JSON.parse(stdout)
    expect({ code, verdict }).toEqual({ code: 0, verdict: 'valid' })
    const states = lives.map(({ state }: { state: string }) => state).sort()
    expect(states).toEqual(['cut', 'whole', 'whole', 'whole'])
    expect(measures).toMatchObject({ nodes: 3, lives: 4, livesWhole: 3 })
    expect(measures.rounds).toBeGreaterThan(100)
  })

  it('names the line in which one byte was flipped', async () => {
    const dir = changed('flipped', (path) => {
      const bytes = readFileSync(path)
      const at = Math.floor(bytes.length / 2)
      bytes[at] = bytes[at]! ^ 1
      writeFileSync(path, bytes)
    })
    const { code, stdout } = await replay(dir)
    expect(stdout).toMatch(/ndjson:(\d+): line \1 was changed \(chain broken\)/)
    expect(stdout).not.toContain('100 %')
    expect(code).toBe(1)
  })

  it('finds that the last line break was flipped, and that a line was put behind it', async () => {
    const ends: readonly [string, (bytes: Buffer) => Buffer, RegExp][] = [
      ['break', (bytes) => bytes.fill('?', bytes.length - 1), /was changed \(end of line\)/],
      [
        'more',
        (bytes) => Buffer.concat([bytes, Buffer.from('{}\n')]),
        /stands behind the last line/,
      ],
    ]
    for (const [name, change, words] of ends) {
      const dir = changed(name, (path) => writeFileSync(path, change(readFileSync(path))))
      const { verdict, lives } = await replayRun(dir)
      expect({ verdict, words: lives.map((life) => life.words).join() }).toEqual({
        verdict: 'violated',
        words: expect.stringMatching(words),
      })
    }
  })

  it('misses the end of a recording of a node that ended in order', async () => {
    const dir = changed('short', (path) => truncateSync(path, readFileSync(path).length - 40))
    const { code, stdout } = await replay(dir)
    expect({ code, stdout }).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/end is miss/),
    })
  })

  it('names a file that is no recording, and a life that has none', async () => {
    const garbage = changed('garbage', (path) => writeFileSync(path, 'once upon a time\n'))
    const told = await replay(garbage)
    expect({ code: told.code, stdout: told.stdout }).toMatchObject({
      code: 2,
      stdout: expect.stringMatching(/ndjson:1: this is no file of recorded inputs/),
    })
    const missing = await replay(changed('missing', (path) => rmSync(path)))
    expect({ code: missing.code, stdout: missing.stdout }).toMatchObject({
      code: 2,
      stdout: expect.stringMatching(/life \d of node 3 has no recording/),
    })
    expect((await replay(home)).code).toBe(2)
  })

  it('does not take a recording for whole that ends long before the record', async () => {
    const names = readdirSync(join(recorded, 'inputs'))
    // Whoever has a second life was killed in the first, whose recording may be cut.
    const second = names.find((name) => name.includes('.life2.')) ?? ''
    const killed = second.replace('.life2.', '.life1.')
    const cut = copyOf('short')
    const text = readFileSync(join(cut, 'inputs', killed), 'utf8')
    writeFileSync(join(cut, 'inputs', killed), text.split('\n').slice(0, 3).join('\n') + '\n')
    const short = await replay(cut)
    expect(short.stdout).toMatch(/ms and \d+ facts before the record of the run/)
    expect(short.code).toBe(2)
    writeFileSync(join(cut, 'inputs', killed), '')
    const empty = await replay(cut)
    expect(empty.stdout).toMatch(/is empty: nothing was recorded/)
    expect(empty.code).toBe(2)
  })

  it('goes on in the simulator from an event of its record, equal for equal seeds', async () => {
    const events = readFileSync(join(recorded, 'events.ndjson'), 'utf8').trim().split('\n')
    const killed = events.findIndex((line) => line.includes('"nodeExited"')) + 1
    const runs = join(home, 'forks')
    const fork = async (step: number, seed: number) => {
      const flags = ['--fork', String(step), '--seed', String(seed), '--seconds', '5']
      const { code, stdout } = await replay(recorded, ...flags, '--runs', runs, '--json')
      expect({ code, stdout }).toMatchObject({ code: 0 })
      return JSON.parse(stdout)
    }
    const first = await fork(killed, 1)
    expect(first.cuts.filter(({ down }: { down: boolean }) => down)).toHaveLength(1)
    expect(first.measures.operations).toBeGreaterThan(0)
    const { title, source } = JSON.parse(readFileSync(join(first.runDir, 'run.json'), 'utf8'))
    expect({ title, source }).toEqual({
      title: `Fork of recorded at step ${killed}, seed 1`,
      source: 'replay',
    })
    expect((await fork(killed, 1)).measures.hash).toBe(first.measures.hash)
    const late = await fork(events.length, 2)
    expect(late.verdict).toBe('valid')
    // A record of real processes is in no certain order, and so is what goes on from it.
    expect(await judgeRun(late.runDir)).toMatchObject({ verdict: 'valid' })
    expect(await judgeRun(first.runDir)).toMatchObject({ verdict: 'valid' })
    expect(late.measures.hash).not.toBe(first.measures.hash)
    const beyond = await replay(recorded, '--fork', '99999999', '--runs', runs)
    expect(beyond).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/there is no step 99999999/),
    })
  })

  it('is exported with the messages between nodes, and as its events', async () => {
    const log = join(home, 'log.txt')
    const shiviz = new CliProcess(['export', recorded, '--to', 'shiviz', '--out', log], home)
    expect(await shiviz.ended()).toBe(0)
    const [pattern = '', delimiter, ...rest] = readFileSync(log, 'utf8').trimEnd().split('\n')
    expect(delimiter).toBe('')
    const whole = new RegExp(`^${pattern}$`)
    expect(rest.filter((line) => !whole.test(line))).toEqual([])
    const joined = rest.filter((line) => line.includes('received from') && line.includes('accept '))
    expect(joined.length).toBeGreaterThan(10)
    expect(joined.every((line) => /"node1":.*"node2":|"node[12]":.*"node3":/.test(line))).toBe(true)
    const jsonl = new CliProcess(['export', recorded, '--to', 'jsonl'], home)
    expect(await jsonl.ended()).toBe(0)
    expect(jsonl.lines.at(-1)).toMatchObject({ type: 'clusterStopped', by: 'lab' })
    expect(jsonl.lines.at(-1)).not.toHaveProperty('prev')
    rmSync(join(copyOf('untold'), 'inputs'), { recursive: true })
    const local = new CliProcess(['export', join(home, 'untold'), '--to', 'shiviz'], home)
    expect(await local.ended()).toBe(0)
    expect(local.stdout.split('\n')[0]).toContain('order within nodes only')
    expect(local.stderr).toContain('order within nodes only')
    const bare = new CliProcess(['export', home, '--to', 'csv'], home)
    expect(await bare.ended()).toBe(2)
    expect(bare.stderr).toContain('holds no events.ndjson')
  })
})
