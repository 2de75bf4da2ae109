/**
 * Experiment files: the bundled ones, and a folder of the user's own, `NAME.paxlab.yaml`, with the
 * JSON schema for editors beside them. What is being written is kept in one file, the draft.
 *
 * Limits: OWN_FILES_MAX files, TEXT_BYTES_MAX each.
 * Errors: LabCallError. A file that does not parse is listed with its problem.
 */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { LabCallError } from '../../shared/api'
import type { ExperimentCard, ExperimentDraft, ExperimentText } from '../../shared/deskApi'
import { parsingScenario, ScenarioError } from '../../shared/experiment'
import { printExperimentSchema } from '../../shared/experimentSchema'
import { z } from '../../shared/zod'
import { bundledNames, bundledText } from '../assemble'
import { inSteps, openFolder, readBounded, stampOf, Turns, writeSafely } from './deskFolder'
import { scenarioWords } from './deskWords'

export const OWN_FILES_MAX = 500
export const TEXT_BYTES_MAX = 1_048_576
/** Control characters take six bytes in JSON. */
const DRAFT_BYTES_MAX = 6 * TEXT_BYTES_MAX + 1024
const SUFFIX = '.paxlab.yaml'
const SCHEMA_FILE = 'paxos-lab.schema.json'
const DRAFT_FILE = 'draft.json'
const NAME = /^[a-z0-9][a-z0-9-]{0,60}$/
const ID = /^(bundled|own)\/([a-z0-9][a-z0-9-]{0,60})$/

const draftFile = z.object({
  id: z.string().regex(ID).nullable(),
  text: z.string(),
  savedAt: z.string().max(40),
})

type Draft = Pick<ExperimentDraft, 'id' | 'text'>

export class DeskFiles {
  private readonly turns = new Turns()
  private bundled: Promise<readonly ExperimentCard[]> | null = null
  /** Of own files, for as long as these are the same. */
  private known = new Map<string, { readonly stamp: string; readonly card: ExperimentCard }>()

  constructor(
    private readonly mainDir: string,
    private readonly folder: string,
  ) {}

  /** Bundled ones by name, then own ones by name. */
  async list(): Promise<readonly ExperimentCard[]> {
    return [...(await this.bundledCards()), ...(await this.own())]
  }

  async read(id: string): Promise<ExperimentText> {
    const [, source, name = ''] = ID.exec(id) ?? []
    if (source === 'bundled') {
      const card = (await this.bundledCards()).find((each) => each.id === id)
      if (card === undefined) throw noSuch(id)
      return { card, text: bundledText(this.mainDir, name).text }
    }
    if (source !== 'own') throw noSuch(id)
    const path = await this.pathOf(name)
    const text = await readBounded(path, TEXT_BYTES_MAX)
    const card = await this.ownCard(path, name)
    if (card === null) throw noSuch(id)
    if (text === null) throw new LabCallError('badArgument', `${id}: ${card.problem}`)
    return { card, text }
  }

  async save(name: string, text: string): Promise<ExperimentCard> {
    if (!NAME.test(name)) {
      throw new LabCallError('badArgument', `"${name}" is not a name such as my-experiment`)
    }
    if (bundledNames(this.mainDir).includes(name)) {
      throw new LabCallError('badArgument', `${name} is a bundled experiment: choose another name`)
    }
    if (Buffer.byteLength(text) > TEXT_BYTES_MAX) throw tooLong()
    return await this.turns.take(async () => {
      const path = await this.pathOf(name)
      const isNew = (await stampOf(path)) === null
      if (isNew && (await this.ownNames()).length >= OWN_FILES_MAX) {
        const words = `there are ${OWN_FILES_MAX} experiments already: delete some first`
        throw new LabCallError('wrongState', words)
      }
      await writeSafely(path, text)
      await this.keepSchema()
      const card = await this.ownCard(path, name)
      if (card === null) throw new LabCallError('internal', `${path} is gone again`)
      return card
    })
  }

  async delete(id: string): Promise<void> {
    const [, source, name = ''] = ID.exec(id) ?? []
    if (source === 'bundled') {
      throw new LabCallError('badArgument', `${name} is bundled: it cannot be deleted`)
    }
    if (source !== 'own') throw noSuch(id)
    await this.turns.take(async () => {
      const path = await this.pathOf(name)
      if ((await stampOf(path)) === null) throw noSuch(id)
      await rm(path)
    })
  }

  /** A file that is damaged is no draft. */
  async draft(): Promise<ExperimentDraft | null> {
    const text = await readBounded(await this.draftPath(), DRAFT_BYTES_MAX)
    if (text === null) return null
    try {
      return draftFile.safeParse(JSON.parse(text)).data ?? null
    } catch {
      return null
    }
  }

  async keepDraft(draft: Draft | null): Promise<void> {
    await this.turns.take(async () => {
      const path = await this.draftPath()
      if (draft === null) return await rm(path, { force: true })
      if (Buffer.byteLength(draft.text) > TEXT_BYTES_MAX) throw tooLong()
      const whole: ExperimentDraft = { ...draft, savedAt: new Date().toISOString() }
      await writeSafely(path, JSON.stringify(whole))
    })
  }

  /** How `run` is told of this text: the name of a bundled one, else null. */
  bundledNameOf(file: string, text: string): string | null {
    const name = file.endsWith(SUFFIX) ? file.slice(0, -SUFFIX.length) : file
    if (!bundledNames(this.mainDir).includes(name)) return null
    return bundledText(this.mainDir, name).text === text ? name : null
  }

  private async own(): Promise<ExperimentCard[]> {
    const folder = await openFolder(this.folder)
    const names = await this.ownNames()
    const cards: ExperimentCard[] = []
    for (const name of names.slice(0, OWN_FILES_MAX)) {
      const card = await this.ownCard(join(folder, name + SUFFIX), name)
      if (card !== null) cards.push(card)
    }
    const listed = new Set(names)
    for (const name of this.known.keys()) if (!listed.has(name)) this.known.delete(name)
    return cards
  }

  private async ownNames(): Promise<string[]> {
    const entries = await readdir(await openFolder(this.folder), { withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile() && entry.name.endsWith(SUFFIX))
      .map(({ name }) => name.slice(0, -SUFFIX.length))
      .filter((name) => NAME.test(name))
      .sort()
  }

  private async ownCard(path: string, name: string): Promise<ExperimentCard | null> {
    const found = await stampOf(path)
    if (found === null) return null
    const stamp = `${found.bytes} ${found.changedMs}`
    const known = this.known.get(name)
    if (known?.stamp === stamp) return known.card
    const base = { id: `own/${name}`, name, source: 'own' } as const
    const changedAt = new Date(found.changedMs).toISOString()
    const text = await readBounded(path, TEXT_BYTES_MAX)
    const said =
      text === null
        ? { title: name, summary: '', problem: `it is longer than ${TEXT_BYTES_MAX} bytes` }
        : await cardOf(text, name)
    const card: ExperimentCard = { ...base, changedAt, ...said }
    this.known.set(name, { stamp, card })
    return card
  }

  private bundledCards(): Promise<readonly ExperimentCard[]> {
    this.bundled ??= Promise.all(bundledNames(this.mainDir).map((name) => this.bundledCard(name)))
    return this.bundled
  }

  private async bundledCard(name: string): Promise<ExperimentCard> {
    const { text } = bundledText(this.mainDir, name)
    const base = { id: `bundled/${name}`, name, source: 'bundled', changedAt: null } as const
    return { ...base, ...(await cardOf(text, name)) }
  }

  private async keepSchema(): Promise<void> {
    const path = join(await openFolder(this.folder), SCHEMA_FILE)
    const schema = printExperimentSchema()
    if ((await readBounded(path, schema.length * 2)) !== schema) await writeSafely(path, schema)
  }

  private async pathOf(name: string): Promise<string> {
    return join(await openFolder(this.folder), name + SUFFIX)
  }

  private async draftPath(): Promise<string> {
    return join(await openFolder(this.folder), DRAFT_FILE)
  }
}

type Said = Pick<ExperimentCard, 'title' | 'summary' | 'problem'>

async function cardOf(text: string, name: string): Promise<Said> {
  try {
    const { title, summary } = await inSteps(parsingScenario(text, name + SUFFIX))
    return { title, summary, problem: '' }
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error
    const problem = `line ${error.line}, column ${error.column}: ${scenarioWords(error)}`
    return { title: name, summary: '', problem }
  }
}

function noSuch(id: string): LabCallError {
  return new LabCallError('badArgument', `there is no experiment ${id}`)
}

function tooLong(): LabCallError {
  return new LabCallError('badArgument', `the text is longer than ${TEXT_BYTES_MAX} bytes`)
}
