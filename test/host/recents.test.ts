/** What was opened last: kept by the host, the same in both hosts; and the draft of row EL6. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { browserShell } from '../../src/main/host/browserShell'
import { Recents, recentsOf } from '../../src/main/host/recents'
import { startWebHost } from '../../src/main/host/webHost'
import { socketChannel } from '../../src/shared/channel'
import { connectLab } from '../../src/shared/rpc'
import { RECENTS_MAX } from '../../src/shared/shell'
import type { RecentItem } from '../../src/shared/shell'
import { DeskRig, TINY } from '../support/deskRig'
import { attach, useShell } from '../support/electronStandIn/rig'
import { standIn } from '../support/electronStandIn/standIn'
import { openSession, openSocket, pageFolder } from '../support/hostSources'
import { MemoryLab } from '../support/memoryLab'

vi.mock('electron', () => import('../support/electronStandIn/electron'))

const rig = useShell()
const RUN = '2026-11-21T10-00-00-abcd'
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paxos-lab-recents-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const listFile = () => join(folder, 'recents.json')
const open = (has: (kind: string, ref: string) => boolean = () => true) =>
  new Recents({ path: listFile(), has: async (kind, ref) => has(kind, ref) })
const names = (items: readonly RecentItem[]) => items.map(({ kind, ref }) => `${kind} ${ref}`)

describe('the list of what was opened last', () => {
  it(`has the newest first, each once, and at most ${RECENTS_MAX}`, async () => {
    const recents = open()
    expect(await recents.list()).toEqual([])
    for (let at = 1; at <= 10; at += 1) await recents.note('experiment', `own/e${at}`, `E ${at}`)
    await recents.note('experiment', 'own/e4', 'E 4 again')
    const items = await recents.list()
    expect(items).toHaveLength(RECENTS_MAX)
    const order = [4, 10, 9, 8, 7, 6, 5, 3].map((at) => `experiment own/e${at}`)
    expect(names(items)).toEqual(order)
    expect(items[0]).toMatchObject({ title: 'E 4 again', missing: false })
  })

  it('says what is missing, and forgets what is removed', async () => {
    const recents = open((kind) => kind === 'run')
    await recents.note('experiment', 'own/gone', 'Gone')
    await recents.note('run', RUN, 'A run')
    expect((await recents.list()).map(({ missing }) => missing)).toEqual([false, true])
    await recents.forget('experiment', 'own/gone')
    expect(names(await recents.list())).toEqual([`run ${RUN}`])
  })

  it('looks nowhere for what it cannot look up: that is missing', async () => {
    const recents = new Recents({
      path: listFile(),
      has: () => Promise.reject(new Error('no disk')),
    })
    await recents.note('run', RUN, 'A run')
    expect(await recents.list()).toMatchObject([{ missing: true }])
  })

  it.each(['', '{', '[]', '{"version":2,"items":[]}', '{"version":1,"items":[{"kind":"disk"}]}'])(
    'a damaged file (%s) is an empty list, and is written anew',
    async (text) => {
      writeFileSync(listFile(), text)
      const recents = open()
      expect(await recents.list()).toEqual([])
      await recents.note('run', RUN, 'A run')
      expect(names(await recents.list())).toEqual([`run ${RUN}`])
    },
  )

  it('is written whole, one after another, by two hosts as well', async () => {
    const [one, two] = [open(), open()]
    await Promise.all([1, 2, 3].map((at) => one.note('run', RUN, `Run ${at}`)))
    await two.note('experiment', 'own/mine', 'Mine')
    expect(names(await one.list())).toEqual(['experiment own/mine', `run ${RUN}`])
    expect(readdirSync(folder)).toEqual(['recents.json'])
    expect(JSON.parse(readFileSync(listFile(), 'utf8'))).toMatchObject({ version: 1 })
  })

  it('windows get an id for a file, and never its path', async () => {
    const recents = open()
    const path = join(folder, 'mine.paxlab.yaml')
    const ref = await recents.noteFile(path, 'mine.paxlab.yaml')
    expect(await recents.noteFile(path, 'mine.paxlab.yaml')).toBe(ref)
    const items = await recents.list()
    expect(items).toMatchObject([{ kind: 'file', ref, missing: true }])
    expect(JSON.stringify(items)).not.toContain(folder)
    expect(await recents.pathOf(ref)).toBe(path)
    expect(await recents.pathOf('0'.repeat(32))).toBeNull()
  })
})

/** A run directory and a desk with one experiment of the user. */
async function world() {
  const desk = new DeskRig()
  onTestFinished(() => desk.close())
  await desk.desk.saveExperiment('mine', TINY)
  mkdirSync(join(desk.runsDir, RUN), { recursive: true })
  const run = { title: 'A run', startedAt: '2026-11-21T10:00:00.000Z' }
  writeFileSync(join(desk.runsDir, RUN, 'run.json'), JSON.stringify(run))
  return desk
}

/** The same acts over the wire, whatever the host. */
async function notesAndForgets(shell: ReturnType<typeof attach>['shell'], desk: DeskRig) {
  await shell.noteRecent('run', RUN, 'A run')
  await shell.noteRecent('experiment', 'own/mine', 'Tiny')
  const items = await shell.recents()
  expect(names(items)).toEqual(['experiment own/mine', `run ${RUN}`])
  expect(items.map(({ missing }) => missing)).toEqual([false, false])
  await desk.desk.deleteExperiment('own/mine')
  rmSync(join(desk.runsDir, RUN), { recursive: true })
  expect((await shell.recents()).map(({ missing }) => missing)).toEqual([true, true])
  await shell.forgetRecent('run', RUN)
  expect(names(await shell.recents())).toEqual(['experiment own/mine'])
  for (const ref of ['../x', 'own/../x', '/etc/passwd', '', `${RUN}/..`]) {
    for (const kind of ['run', 'experiment'] as const) {
      await expect(shell.noteRecent(kind, ref, 'x')).rejects.toMatchObject({ code: 'badArgument' })
    }
  }
  const facts = await shell.hostFacts()
  expect(facts).toMatchObject({ node: process.versions.node, system: expect.any(String) })
}

describe('both hosts keep it', () => {
  it('the browser host, beside its runs', async () => {
    const desk = await world()
    const rendererDir = pageFolder()
    const shell = browserShell(recentsOf(desk.runsDir, desk.desk))
    const host = await startWebHost({ lab: new MemoryLab(), desk: desk.desk, shell, rendererDir })
    onTestFinished(async () => {
      await host.close()
      rmSync(rendererDir, { recursive: true })
    })
    const socket = await openSocket(host.port, await openSession(host))
    const client = connectLab(socketChannel(socket))
    await notesAndForgets(client.shell, desk)
    // Files are the business of the browser there.
    await expect(client.shell.openFile()).rejects.toMatchObject({ code: 'wrongState' })
    expect(await client.shell.waitingFile()).toBeNull()
    expect(readdirSync(desk.home)).toContain('recents.json')
  })

  it('the shell, in the folder of the user', async () => {
    const desk = await world()
    standIn.userData = desk.home
    rig.desk = desk.desk
    await notesAndForgets(attach(await rig.open()).shell, desk)
    expect(readdirSync(desk.home)).toContain('recents.json')
    mkdirSync(desk.home, { recursive: true })
  })
})

describe('EL6: the draft', () => {
  it('EL6: is kept below the folder of the user, and offered by the next host', async () => {
    const desk = await world()
    await desk.desk.keepDraft({ id: null, text: 'version: 1' })
    expect(readdirSync(desk.own)).toContain('draft.json')
    const next = new DeskRig(undefined, undefined, desk.home)
    expect(await next.desk.experimentDraft()).toMatchObject({ id: null, text: 'version: 1' })
    await next.desk.keepDraft(null)
    expect(await desk.desk.experimentDraft()).toBeNull()
  })
})
