/** Histories of real clusters: recorded, judged at the end of a run, and by the command line. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readHistory } from '../../src/main/lab/historyFile'
import { DEFAULT_LOAD } from '../../src/shared/api'
import { CliProcess, endAll, temporaryFolder } from '../support/cliProcess'
import { LabRig } from '../support/cluster'
import { eventually } from '../support/eventually'

const I14 = (rig: LabRig) => rig.lab.lastResult()?.checks.find(({ id }) => id === 'I14')

describe('a run', () => {
  let rig: LabRig
  beforeEach(() => {
    rig = new LabRig()
  })
  afterEach(() => rig.close())

  it.each(['log', 'confirmed'] as const)(
    'I14: a load with reads by %s under kills is recorded and linearizable',
    async (readMode) => {
      await rig.start({ nodes: 3, readMode })
      const first = await rig.leader()
      const load = { ...DEFAULT_LOAD, clients: 8, keys: 4, targetPerSecond: 0, mixRatio: 0.3 }
      await rig.lab.setLoad(load)
      const more = async (count: number) => {
        const wanted = (await rig.status()).events + count
        return await eventually('load', async () => (await rig.status()).events >= wanted)
      }
      await more(200)
      await rig.lab.killNode(first)
      await rig.leader([1, 2, 3].filter((node) => node !== first))
      await more(200)
      await rig.lab.restartNode(first)
      await more(200)
      await rig.lab.stopCluster()
      const result = rig.lab.lastResult()
      expect(I14(rig)).toMatchObject({ state: 'holds' })
      expect(I14(rig)?.words).toMatch(/an order was found for \d{3,} operations on \d+ keys/)
      expect(result?.verdict).toBe('valid')
      const { entries } = await readHistory(join(result?.runDir ?? '', 'history.jsonl'), 'kv')
      expect(entries.filter(({ type }) => type === 'ok').length).toBeGreaterThan(100)
      // Whoever waited at the killed node got no answer.
      expect(entries.some(({ type }) => type === 'info' || type === 'fail')).toBe(true)
    },
  )

  it('I14: commands of a person are part of it; a cluster with old data is not judged', async () => {
    const dataDir = join(rig.dir, 'data')
    await rig.start({ nodes: 3, dataDir })
    await rig.leader()
    await rig.write(1, 'x', 'one')
    expect(await rig.get(2, 'x')).toBe('"one"')
    await rig.lab.stopCluster()
    expect(I14(rig)).toMatchObject({ state: 'holds' })
    await rig.start({ nodes: 3, dataDir })
    await rig.leader()
    await eventually('a read', async () => (await rig.get(2, 'x')) === '"one"')
    await rig.lab.stopCluster()
    expect(I14(rig)).toMatchObject({ state: 'idle' })
  })
})

describe('a lab that lies', () => {
  it('I14: writes that a cluster without flush forgot in a power loss are a violation', async () => {
    const rig = new LabRig()
    try {
      await rig.start({ nodes: 3, flush: false })
      await rig.leader()
      await rig.write(1, 'x', 'one')
      await rig.lab.powerLoss([1, 2, 3], false)
      await Promise.all([1, 2, 3].map((node) => rig.lab.restartNode(node)))
      await rig.write(1, 'after', 'it goes on')
      expect(await rig.get(1, 'x')).toBe('(nil)')
      await rig.lab.stopCluster()
      expect(I14(rig)).toMatchObject({ state: 'violated' })
      expect(I14(rig)?.words).toContain('read absent')
      expect(rig.lab.lastResult()?.verdict).toBe('violated')
    } finally {
      await rig.close()
    }
  })
})

describe('paxos-lab check', () => {
  let home: ReturnType<typeof temporaryFolder>
  beforeEach(() => {
    home = temporaryFolder()
  })
  afterEach(async () => {
    await endAll()
    home.remove()
  })

  const SOUND = `{"process":1,"type":"invoke","f":"write","key":"x","value":1,"time":1}
{"process":1,"type":"ok","f":"write","key":"x","time":2}
{"process":2,"type":"invoke","f":"read","key":"x","time":3}
{"process":2,"type":"ok","f":"read","key":"x","value":1,"time":4}
`

  async function check(content: string, ...flags: string[]) {
    const file = join(home.path, 'h.jsonl')
    writeFileSync(file, content)
    const cli = new CliProcess(['check', file, ...flags], home.path)
    const code = await cli.ended()
    return { cli, code, file }
  }

  it('0 and valid, 1 and violated with evidence', async () => {
    const sound = await check(SOUND, '--model', 'register', '--json')
    expect(sound.code).toBe(0)
    expect(sound.cli.lines.at(-1)).toMatchObject({ verdict: 'valid', model: 'register' })
    const stale = await check(
      SOUND.replace('"value":1,"time":4', '"value":null,"time":4'),
      '--json',
    )
    expect(stale.code).toBe(1)
    expect(stale.cli.lines.at(-1)).toMatchObject({
      verdict: 'violated',
      model: 'kv',
      violations: [{ key: 'x', fromLine: 1, toLine: 4, last: { line: 3, endLine: 4 } }],
    })
    const words = await check(SOUND.replace('"value":1,"time":4', '"value":2,"time":4'))
    expect(words.code).toBe(1)
    expect(words.cli.stdout).toContain('process 2 read 2')
    expect(words.cli.stdout.trim().endsWith('violated')).toBe(true)
  })

  it('2 and file:line for a malformed line, with --json as a result too', async () => {
    const half = await check(`${SOUND}{"process":1\n`)
    expect(half.code).toBe(2)
    expect(half.cli.stderr).toContain(`${half.file}:5: not JSON`)
    const twice = await check(SOUND + SOUND, '--json')
    expect(twice.code).toBe(2)
    expect(twice.cli.lines.at(-1)).toMatchObject({
      verdict: 'unknown',
      error: expect.stringContaining(`${twice.file}:5: time 1 is before 4`),
    })
    const model = await check(SOUND, '--model', 'append', '--json')
    expect(model.code).toBe(2)
    expect(model.cli.lines.at(-1)?.['error']).toContain(`${model.file}:1: append has no write`)
  })

  it('2 for a file or a model that is not there', async () => {
    const gone = new CliProcess(['check', join(home.path, 'gone.jsonl')], home.path)
    expect(await gone.ended()).toBe(2)
    expect(gone.stderr).toContain('there is no file')
    const queue = await check(SOUND, '--model', 'queue')
    expect(queue.code).toBe(2)
    expect(queue.cli.stderr).toContain('--model queue is none of kv, register')
  })

  it('of a run directory, both its events and its history', async () => {
    const rig = new LabRig()
    try {
      await rig.start({ nodes: 3 })
      await rig.leader()
      await rig.write(1, 'x', 'one')
      await rig.get(2, 'x')
      await rig.lab.stopCluster()
      const runDir = rig.lab.lastResult()?.runDir ?? ''
      const sound = new CliProcess(['check', runDir, '--json'], home.path)
      expect(await sound.ended()).toBe(0)
      expect(sound.lines.at(-1)).toMatchObject({
        verdict: 'valid',
        events: { verdict: 'valid' },
        history: { verdict: 'valid' },
      })
      const file = join(runDir, 'history.jsonl')
      writeFileSync(file, readFileSync(file, 'utf8').replace('"value":"one"', '"value":"two"'))
      const changed = new CliProcess(['check', runDir, '--json'], home.path)
      expect(await changed.ended()).toBe(1)
      expect(changed.lines.at(-1)).toMatchObject({
        events: { verdict: 'valid' },
        history: { verdict: 'violated' },
      })
    } finally {
      await rig.close()
    }
  })
})
