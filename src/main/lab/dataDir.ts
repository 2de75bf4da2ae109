/**
 * Data directory: the nodes' logs, kept from one lab to the next with `--data`.
 *
 * `cluster.json` says whose data it is, `ran.json` which nodes have begun a log there; `pids.json`
 * says which lab uses it now. Two labs on one
 * directory, or nodes that a killed lab left running for a moment, would write one log twice, so
 * the directory is claimed first and left-over processes are gone before a node starts.
 */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mutantLabel } from '../../core/mutants'
import { MUTANT_IDS } from '../../core/paxos/mutant'
import { LabCallError } from '../../shared/api'
import {
  LAMPORT_RULES,
  membersOf,
  quorumWords,
  rolesWords,
  VARIANT_NAMES,
} from '../../shared/clusterOptions'
import type { ClusterRules } from '../../shared/clusterOptions'
import { asCount, Fields } from '../../shared/fields'
import { FrameError } from '../../shared/frame'
import { parseQuorums, parseRoles } from '../../shared/policyCodec'
import { makeDir } from './makeDir'
import { isAlive, killStale, PID_FILE, readOwnership } from './processIds'
import { writeJson } from './runDir'

const CLUSTER_FILE = 'cluster.json'
const RAN_FILE = 'ran.json'
const LEFT_OVER_WAIT_MS = 3000
const POLL_MS = 10

export interface ClusterIdentity extends ClusterRules {
  readonly cluster: string
  readonly members: readonly number[]
  readonly mode: 'single' | 'multi'
}

export function newIdentity(
  nodes: number,
  mode: ClusterIdentity['mode'],
  { variant, mutant, quorums, roles }: ClusterRules = LAMPORT_RULES,
): ClusterIdentity {
  const cluster = randomBytes(4).toString('hex')
  return { cluster, members: membersOf(nodes), mode, variant, mutant, quorums, roles }
}

/** Whose data this directory holds, after making sure that it may be used; makes a new one. */
export async function claimDataDir(
  dir: string,
  nodes: number,
  mode: ClusterIdentity['mode'],
  rules: ClusterRules = LAMPORT_RULES,
): Promise<ClusterIdentity> {
  try {
    makeDir(dir)
  } catch (error) {
    throw refused(`data directory ${dir} cannot be made: ${String(error)}`)
  }
  await awaitFormerLab(dir)
  const found = await readIdentity(dir)
  if (found === null) return await startDir(dir, newIdentity(nodes, mode, rules))
  if (found.members.length !== nodes) {
    const count = found.members.length
    throw refused(`${dir} holds a cluster of ${count} nodes; ${nodes} were asked for`)
  }
  if (found.mode !== mode) {
    throw refused(`${dir} holds a ${found.mode}-decree cluster; ${mode} was asked for`)
  }
  const asked = ruleWords(rules)
  ruleWords(found).forEach((has, at) => {
    if (has !== asked[at])
      throw refused(`${dir} holds a cluster with ${has}, not with ${asked[at]}`)
  })
  return found
}

async function startDir(dir: string, identity: ClusterIdentity): Promise<ClusterIdentity> {
  const names = await readdir(dir)
  const other = names.find((name) => name !== PID_FILE)
  if (other !== undefined) {
    throw refused(
      `${dir} is not empty and holds no cluster (it has ${other}): name a new directory`,
    )
  }
  await writeJson(join(dir, CLUSTER_FILE), { version: 1, ...identity })
  return identity
}

async function readIdentity(dir: string): Promise<ClusterIdentity | null> {
  const path = join(dir, CLUSTER_FILE)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw refused(`${path} cannot be read: ${error.message}`)
  })
  if (text === null) return null
  try {
    const fields = Fields.of(JSON.parse(text), CLUSTER_FILE)
    fields.count('version', 1, 1)
    const members = fields.list('members', 99, (value, where) => asCount(value, where, 1))
    return {
      cluster: fields.text('cluster', 64),
      members,
      mode: fields.oneOf('mode', ['single', 'multi']),
      ...parseRules(fields, members),
    }
  } catch (error) {
    if (!(error instanceof FrameError) && !(error instanceof SyntaxError)) throw error
    throw refused(`${path}: ${error.message}`)
  }
}

/** Clusters of older versions had no choice. */
function parseRules(fields: Fields, members: readonly number[]): ClusterRules {
  if (fields.raw('variant') === undefined) return LAMPORT_RULES
  const roles = parseRoles(fields, members)
  return {
    variant: fields.oneOf('variant', ['lamport', 'blog2014']),
    mutant: fields.raw('mutant') == null ? null : fields.oneOf('mutant', MUTANT_IDS),
    quorums: parseQuorums(fields.at('quorums'), roles?.acceptors ?? members),
    roles,
  }
}

function ruleWords({ variant, mutant, quorums, roles }: ClusterRules): string[] {
  return [
    `variant ${VARIANT_NAMES[variant]}`,
    mutant === null ? 'no mutant' : mutantLabel(mutant),
    `quorums: ${quorumWords(quorums)}`,
    `roles: ${rolesWords(roles)}`,
  ]
}

/**
 * Which nodes have run in a data directory, kept there: a node whose log is gone must know that it
 * had one, or it would vote again under its old identity.
 */
export class RanNodes {
  private constructor(
    private readonly path: string,
    private readonly nodes: Set<number>,
  ) {}

  /** Throws LabCallError `badArgument` if the file is not one of ours. */
  static open(dir: string): RanNodes {
    const path = join(dir, RAN_FILE)
    if (!existsSync(path)) return new RanNodes(path, new Set())
    try {
      const fields = Fields.of(JSON.parse(readFileSync(path, 'utf8')), RAN_FILE)
      const nodes = fields.list('nodes', 99, (value, where) => asCount(value, where, 1))
      return new RanNodes(path, new Set(nodes))
    } catch (error) {
      throw refused(`${path}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  has(node: number): boolean {
    return this.nodes.has(node)
  }

  /**
   * Written before anything is said to the node: it has promised nothing yet.
   *
   * @throws Error if it cannot be written: then the node must not take part.
   */
  add(node: number): void {
    if (this.nodes.has(node)) return
    const nodes = [...this.nodes, node].sort((a, b) => a - b)
    writeFileSync(`${this.path}.new`, JSON.stringify({ version: 1, nodes }) + '\n')
    renameSync(`${this.path}.new`, this.path)
    this.nodes.add(node)
  }

  /** False, and said why, if it cannot be written. */
  tryAdd(node: number, onProblem: (words: string) => void): boolean {
    try {
      this.add(node)
      return true
    } catch (error) {
      onProblem(`node ${node} may not take part: ${String(error)}`)
      return false
    }
  }
}

/** Refuses while another lab uses the directory; ends what a killed one left running. */
async function awaitFormerLab(dir: string): Promise<void> {
  const former = readOwnership(join(dir, PID_FILE))
  if (former === null) return
  if (isAlive(former.lab)) {
    throw refused(`${dir} is in use by another lab (process ${former.lab.pid})`)
  }
  const deadlineMs = performance.now() + LEFT_OVER_WAIT_MS
  for (const child of former.children) {
    while (killStale(child)) {
      if (performance.now() > deadlineMs) {
        throw refused(`process ${child.pid} of a former lab still uses ${dir}`)
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }
}

function refused(words: string): LabCallError {
  return new LabCallError('badArgument', words)
}
