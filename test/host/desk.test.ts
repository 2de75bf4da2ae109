/** Experiment files, drafts, and what is refused before anything starts. */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { OWN_FILES_MAX, TEXT_BYTES_MAX } from '../../src/main/experiment/deskFiles'
import { OfflineRun } from '../../src/main/lab/offlineRun'
import { parseArgs } from '../../src/shared/apiSchemas'
import { printExperimentSchema } from '../../src/shared/experimentSchema'
import { DeskRig, refusalOf, TINY, trials, WRONG } from '../support/deskRig'

let rig: DeskRig
beforeEach(() => {
  rig = new DeskRig()
})
afterEach(() => rig.close())

const ownFile = (name: string): string => join(rig.own, `${name}.paxlab.yaml`)

describe('experiment files', () => {
  it('bundled ones are there, can be read and not be changed', async () => {
    const cards = await rig.desk.experimentFiles()
    expect(cards.length).toBeGreaterThan(20)
    expect(new Set(cards.map(({ source }) => source))).toEqual(new Set(['bundled']))
    expect(cards.filter(({ problem }) => problem !== '')).toEqual([])
    const { card, text } = await rig.desk.experimentText('bundled/leader-kill')
    expect(card).toMatchObject({ name: 'leader-kill', changedAt: null })
    expect(text).toContain('name: leader-kill')
    const refused = [
      () => rig.desk.deleteExperiment('bundled/leader-kill'),
      () => rig.desk.saveExperiment('leader-kill', TINY),
      () => rig.desk.experimentText('bundled/no-such'),
    ]
    for (const call of refused) {
      expect(await refusalOf(call())).toMatchObject({ code: 'badArgument' })
    }
    expect(existsSync(ownFile('leader-kill'))).toBe(false)
  })

  it('an own one is written whole, with the schema beside it, and deleted', async () => {
    const card = await rig.desk.saveExperiment('mine', TINY)
    expect(card).toMatchObject({ id: 'own/mine', title: 'Tiny', source: 'own', problem: '' })
    expect(Date.parse(card.changedAt ?? '')).not.toBeNaN()
    expect(readdirSync(rig.own).sort()).toEqual(['mine.paxlab.yaml', 'paxos-lab.schema.json'])
    const schema = readFileSync(join(rig.own, 'paxos-lab.schema.json'), 'utf8')
    expect(schema).toBe(printExperimentSchema())
    await rig.desk.saveExperiment('mine', TINY.replace('Tiny', 'Other'))
    const again = await rig.desk.experimentText('own/mine')
    expect(again.card.title).toBe('Other')
    expect(again.text).toContain('title: Other')
    await rig.desk.deleteExperiment('own/mine')
    expect(existsSync(ownFile('mine'))).toBe(false)
    expect(await refusalOf(rig.desk.deleteExperiment('own/mine'))).toMatchObject({
      code: 'badArgument',
    })
  })

  it('one that does not parse or is too long is listed with its problem', async () => {
    await rig.desk.saveExperiment('wrong', WRONG)
    writeFileSync(ownFile('long'), 'x'.repeat(TEXT_BYTES_MAX + 1))
    const own = (await rig.desk.experimentFiles()).filter(({ source }) => source === 'own')
    expect(own.map(({ name, problem }) => `${name}: ${problem}`)).toEqual([
      `long: it is longer than ${TEXT_BYTES_MAX} bytes`,
      'wrong: line 8, column 3: cluster.nodez: unknown key; did you mean "nodes"?',
    ])
    expect(await refusalOf(rig.desk.experimentText('own/long'))).toMatchObject({
      code: 'badArgument',
    })
    expect((await rig.desk.experimentText('own/wrong')).text).toBe(WRONG)
  })

  it('a file that another program changed is read anew', async () => {
    await rig.desk.saveExperiment('mine', TINY)
    await rig.desk.experimentFiles()
    writeFileSync(ownFile('mine'), WRONG)
    utimesSync(ownFile('mine'), new Date(), new Date(Date.now() + 5000))
    const cards = await rig.desk.experimentFiles()
    expect(cards.find(({ id }) => id === 'own/mine')?.problem).toContain('unknown key')
  })

  it.each(['../evil', 'a/b', '', 'A', '.hidden', 'x'.repeat(62), 'a\0b', 'con.fig', '..'])(
    'no name leads out of the folder: %j',
    async (name) => {
      const call = rig.desk.saveExperiment(name, TINY)
      expect(await refusalOf(call)).toMatchObject({ code: 'badArgument' })
      for (const id of [`own/${name}`, `bundled/${name}`, name]) {
        for (const of of [rig.desk.experimentText(id), rig.desk.deleteExperiment(id)]) {
          expect(await refusalOf(of), id).toMatchObject({ code: 'badArgument' })
        }
      }
      expect(() => parseArgs('saveExperiment', [name, TINY])).toThrow()
      expect(readdirSync(rig.home).filter((each) => each !== 'experiments')).toEqual([])
    },
  )

  it('E11: links are no files: none is listed, read or written through', async () => {
    const outside = join(rig.home, 'outside.txt')
    writeFileSync(outside, TINY)
    mkdirSync(rig.own)
    symlinkSync(outside, ownFile('linked'))
    const cards = await rig.desk.experimentFiles()
    expect(cards.filter(({ source }) => source === 'own')).toEqual([])
    await refusalOf(rig.desk.experimentText('own/linked'))
    await rig.desk.saveExperiment('linked', WRONG)
    expect(readFileSync(outside, 'utf8')).toBe(TINY)
    expect(readFileSync(ownFile('linked'), 'utf8')).toBe(WRONG)
  })

  it('their number and size are bounded', async () => {
    mkdirSync(rig.own)
    for (let at = 0; at < OWN_FILES_MAX; at += 1) writeFileSync(ownFile(`f${at}`), 'x')
    expect(await refusalOf(rig.desk.saveExperiment('more', TINY))).toMatchObject({
      code: 'wrongState',
    })
    expect((await rig.desk.saveExperiment('f1', TINY)).problem).toBe('')
    const long = 'é'.repeat(TEXT_BYTES_MAX / 2 + 1)
    expect((await refusalOf(rig.desk.saveExperiment('f2', long))).message).toContain('longer')
    expect(readFileSync(ownFile('f2'), 'utf8')).toBe('x')
  })

  it('what cannot be written leaves the file before, and nothing beside it', async () => {
    mkdirSync(rig.own)
    mkdirSync(ownFile('taken'))
    expect(await refusalOf(rig.desk.saveExperiment('taken', TINY))).toMatchObject({
      code: 'internal',
    })
    expect(readdirSync(rig.own)).toEqual(['taken.paxlab.yaml'])
  })

  it('several at once leave one of them whole', async () => {
    const texts = Array.from({ length: 8 }, (_, at) => TINY.replace('Tiny', `Tiny ${at}`))
    await Promise.all(texts.map((text) => rig.desk.saveExperiment('mine', text)))
    expect(texts).toContain((await rig.desk.experimentText('own/mine')).text)
  })
})

describe('the draft', () => {
  it('is kept, replaced and forgotten', async () => {
    expect(await rig.desk.experimentDraft()).toBeNull()
    await rig.desk.keepDraft({ id: null, text: 'one' })
    await rig.desk.keepDraft({ id: 'own/mine', text: 'two\u0000é' })
    const draft = await rig.desk.experimentDraft()
    expect(draft).toMatchObject({ id: 'own/mine', text: 'two\u0000é' })
    expect(Date.parse(draft?.savedAt ?? '')).not.toBeNaN()
    expect(readdirSync(rig.own)).toEqual(['draft.json'])
    await rig.desk.keepDraft(null)
    await rig.desk.keepDraft(null)
    expect(await rig.desk.experimentDraft()).toBeNull()
  })

  it.each(['', '{', '[]', '{"id":"own/../x","text":"t","savedAt":"now"}'])(
    'a damaged one is none: %j',
    async (text) => {
      mkdirSync(rig.own)
      writeFileSync(join(rig.own, 'draft.json'), text)
      expect(await rig.desk.experimentDraft()).toBeNull()
    },
  )
})

describe('what is wrong is said before anything starts', () => {
  it('in a text: file, line, column, and the line with a mark', async () => {
    const request = trials({ text: WRONG, file: 'own.paxlab.yaml' })
    const calls = [
      () => rig.desk.playExperiment(WRONG, 'own.paxlab.yaml', 7),
      () => rig.desk.planTrials(request),
      () => rig.desk.startTrials(request),
    ]
    for (const call of calls) {
      expect(await refusalOf(call())).toMatchObject({
        code: 'badArgument',
        message: 'own.paxlab.yaml:8:3: cluster.nodez: unknown key; did you mean "nodes"?',
        details: ['own.paxlab.yaml:8:3', '    nodez: 3', '    ^'],
      })
    }
    expect(rig.played).toEqual([])
    expect(existsSync(rig.runsDir)).toBe(false)
    expect(await rig.desk.trialsNow()).toBeNull()
  })

  it.each([
    [{ seeds: '5..1' }, /ends before it begins/],
    [{ seeds: '1..3', repeat: 2 }, /a list of seeds goes without/],
    [{ sweep: ['policy=quick'] }, /"quick" is not a policy/],
    [{ sweep: ['nodes=3', 'nodes=5'] }, /swept twice/],
    [{ sweep: ['policy'] }, /no sweep such as/],
    [{ repeat: 6000, sweep: ['nodes=3,5'] }, /12000 trials are more than/],
    [{ text: TINY.replace('nodes: 3', 'nodes: 3\n  readMode: local') }, /cluster\.readMode/],
  ])('in a wish: %j', async (changes, words) => {
    for (const call of [
      () => rig.desk.planTrials(trials(changes)),
      () => rig.desk.startTrials(trials(changes)),
    ]) {
      const refusal = await refusalOf(call())
      expect(refusal).toMatchObject({ code: 'badArgument' })
      expect(refusal.message).toMatch(words)
    }
    expect(existsSync(rig.runsDir)).toBe(false)
  })

  it('a plan counts trials and points, and says the command', async () => {
    const asked = { seeds: '1..3', sweep: ['policy=eager,fixed'], jobs: 4, timeLimitS: 60 }
    expect(await rig.desk.planTrials(trials(asked))).toEqual({
      ...{ trials: 6, points: 2, estimatedS: 2 },
      command:
        'paxos-lab run tiny.paxlab.yaml --seeds 1..3 --sweep policy=eager,fixed --jobs 4 --sim ' +
        '--time-limit 60',
    })
    const { text } = await rig.desk.experimentText('bundled/leader-kill')
    const bundled = { text, file: 'leader-kill.paxlab.yaml', source: 'processes' } as const
    expect(await rig.desk.planTrials(trials(bundled))).toMatchObject({
      command: 'paxos-lab run leader-kill',
    })
    const changed = { ...bundled, text: `${text}# mine\n` }
    expect(await rig.desk.planTrials(trials(changed))).toMatchObject({
      command: 'paxos-lab run leader-kill.paxlab.yaml',
    })
    expect(existsSync(rig.runsDir)).toBe(false)
  })

  it('a plan of many points lets the host do other work in between', async () => {
    const values = Array.from({ length: 20 }, (_, at) => at + 1).join(',')
    // Each point takes long on this clock, however fast the machine is.
    let atMs = 0
    vi.spyOn(performance, 'now').mockImplementation(() => (atMs += 1000))
    let turns = 0
    const count = (): void => {
      turns += 1
      next = setImmediate(count)
    }
    let next = setImmediate(count)
    const plan = await rig.desk.planTrials(trials({ sweep: [`windowSlots=${values}`] }))
    clearImmediate(next)
    expect(plan.points).toBe(20)
    expect(turns).toBeGreaterThan(10)
  })

  it('of two sets at once one is refused', async () => {
    const text = TINY.replace('name: tiny', 'name: tiny # waits')
    const both = [rig.desk.startTrials(trials({ text })), rig.desk.startTrials(trials({ text }))]
    const ends = await Promise.allSettled(both)
    // Both are planned first; whose plan is done first is not said.
    const refused = ends.filter(({ status }) => status === 'rejected')
    expect(refused).toMatchObject([{ reason: { code: 'alreadyRunning' } }])
    await rig.desk.close()
    expect(await rig.desk.trialsNow()).toMatchObject({ state: 'done' })
  })

  it('nothing runs that could be stopped', async () => {
    expect(await refusalOf(rig.desk.stopTrials())).toMatchObject({ code: 'wrongState' })
  })
})

it('a text is played on the lab with its seed, and kept with the run', async () => {
  const runDir = join(rig.home, 'the-run')
  mkdirSync(runDir)
  rig.status = { state: 'running', runDir }
  await rig.desk.playExperiment(TINY, 'tiny.paxlab.yaml', 7)
  expect(rig.played).toMatchObject([{ scenario: { name: 'tiny', title: 'Tiny' }, seed: 7 }])
  expect(readFileSync(join(runDir, 'experiment.yaml'), 'utf8')).toBe(TINY)
})

it('runs of the past are listed as they are now, newest first', async () => {
  expect(await rig.desk.runs()).toEqual([])
  mkdirSync(rig.runsDir, { recursive: true })
  const start = { title: 'seed 7', source: 'simulator', seed: 7, nodes: 3 } as const
  const run = await OfflineRun.begin(rig.runsDir, { ...start, config: {}, appVersion: '9.9.9' })
  await run.end({ verdict: 'valid', measures: {}, checks: [] })
  expect(await rig.desk.runs()).toMatchObject([{ title: 'seed 7', verdict: 'valid' }])
})
